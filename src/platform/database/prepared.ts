import { createHash } from 'node:crypto';
import type { Client } from 'pg';

const names = new Map<string, string>();

/**
 * Has PostgreSQL parse and plan this statement once for a connection and not at every use. For what somebody waits for
 * while locks are held: planning a move's statements was more than half of its time. Returns the text, to be used as
 * any other. Not for a statement whose best plan depends on its parameters.
 * @param name for people who look at `pg_prepared_statements`; at most 45 characters
 */
export function prepared(name: string, text: string): string {
  // With its text in its name: behind a pooler, another release's statement of this name may lie on the connection.
  names.set(text, `lastgood_${name}_${createHash('sha256').update(text).digest('hex').slice(0, 8)}`);
  return text;
}

// The plan does not fit the tables any more; somebody between us and the server has lost it; or has one of that name.
const LOST = new Set(['0A000', '26000', '42P05']);

/** Whether a statement failed only because its plan is lost. It changed nothing, and works when it is asked again. */
export const isPlanLost = (error: unknown): boolean => LOST.has(String((error as { code?: unknown } | null)?.code));

const anew = new WeakSet<object>();

/** From now on this connection plans all statements anew, so that no plan can be lost on it. */
export const planAnew = (client: object): void => void anew.add(client);

/**
 * Lets the connection use the plans of {@link prepared} statements. Once one is lost, the connection plans anew at every
 * use, as it does with any other statement: behind a pooler that shares connections among clients no plan would stay.
 */
export function usePrepared(client: Client): void {
  const ask = client.query.bind(client) as (...asked: unknown[]) => unknown;
  const askPrepared = (...asked: unknown[]): unknown => {
    const [text, values, ...others] = asked;
    const name = anew.has(client) || typeof text !== 'string' ? undefined : names.get(text);
    if (name === undefined) return ask(...asked);
    const answer = ask({ name, text, values }, ...others);
    if (answer instanceof Promise) answer.catch((error: unknown) => isPlanLost(error) && planAnew(client));
    return answer;
  };
  client.query = askPrepared as Client['query'];
}
