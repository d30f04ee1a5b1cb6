import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A move or rollback that was answered with success. */
export interface Acknowledged {
  alias: string;
  version: number;
  revision: number;
}

/** Moves and rollbacks that go on until they are stopped, or until nobody answers any more. */
export interface MoveStream {
  readonly acknowledged: Acknowledged[];
  /** Answers that were neither a success nor a refusal. */
  readonly failures: string[];
  /** Stops it and waits for what is under way. */
  stop(): Promise<void>;
}

const send = async (url: string, method: string, body: object): Promise<{ status: number; body: unknown }> => {
  const headers = { 'content-type': 'application/json', 'lastgood-actor': 'load' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
};

/** Registers versions 1 to `count` of a model, with artifacts that the store of `dataDir` would hold, had it any. */
export async function registerOver(url: string, model: string, count: number, dataDir: string): Promise<void> {
  for (let seed = 1; seed <= count; seed += 1) {
    const digest = `sha256:${createHash('sha256').update(`${model} ${seed}`).digest('hex')}`;
    const artifacts = [
      { uri: pathToFileURL(join(dataDir, 'artifacts', `${model}-${seed}.bin`)).href, digest, size: seed },
    ];
    const { status, body } = await send(`${url}/v1/models/${model}/versions`, 'POST', { createModel: true, artifacts });
    if (status !== 201) throw new Error(`not registered: ${JSON.stringify(body)}`);
  }
}

/** Begins to move and roll back the aliases of a model, one after the other each and all at once. */
export function streamMoves(url: string, model: string, aliases: string[], versions: number): MoveStream {
  const acknowledged: Acknowledged[] = [];
  const failures: string[] = [];
  const over = new AbortController();
  const step = async (alias: string, n: number): Promise<void> => {
    const path = `${url}/v1/models/${model}/aliases/${alias}`;
    const rollsBack = n % 3 === 2;
    const answer = rollsBack
      ? await send(`${path}/rollback`, 'POST', { reason: `errors ${n}` })
      : await send(path, 'PUT', { version: 1 + Math.floor(Math.random() * versions), reason: `move ${n}` });
    const view = answer.body as { version: number; to: number; revision: number };
    if (answer.status === 200) {
      acknowledged.push({ alias, version: rollsBack ? view.to : view.version, revision: view.revision });
    } else if (answer.status === 409) {
      // A rejected version; it is let in again, so that the stream does not run dry. That takes a revision too.
      const version = rejectedOf(answer.body);
      const cleared = await send(`${path}/clear`, 'POST', { version, reason: 'again' });
      if (cleared.status === 200)
        acknowledged.push({ alias, ...(cleared.body as { version: number; revision: number }) });
    } else {
      failures.push(`${answer.status} ${JSON.stringify(answer.body)}`);
    }
  };
  const run = async (alias: string): Promise<void> => {
    for (let n = 0; !over.signal.aborted; n += 1) await step(alias, n).catch(() => over.abort());
  };
  const running = Promise.all(aliases.map(run));
  return {
    acknowledged,
    failures,
    async stop() {
      over.abort();
      await running;
    },
  };
}

const rejectedOf = (problem: unknown): number =>
  Number(/ v(\d+) was rolled back/.exec((problem as { detail: string }).detail)?.[1] ?? 1);
