import type { Client } from 'pg';

/**
 * Closes a connection on which a statement got no answer in time. pg alone reports the time-out and keeps the
 * connection, on which the next user of the pool would then wait behind the unanswered statement.
 */
export function giveUpOnSilence(client: Client): void {
  const ask = client.query.bind(client) as (...asked: unknown[]) => unknown;
  const askImpatiently = (...asked: unknown[]): unknown => {
    const answer = ask(...asked);
    if (answer instanceof Promise) {
      answer.catch((error: unknown) => {
        if (error instanceof Error && error.message === QUERY_TIMED_OUT) client.connection.stream.destroy();
      });
    }
    return answer;
  };
  client.query = askImpatiently as Client['query'];
}

/** What pg says, without a code, when `query_timeout` is over. */
export const QUERY_TIMED_OUT = 'Query read timeout';
