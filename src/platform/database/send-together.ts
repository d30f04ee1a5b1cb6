import type { Client } from 'pg';

const BEGIN = 'START TRANSACTION';
const NOTHING_ASKED = { command: '', rowCount: null, rows: [], fields: [] };
// Harmless, should it run although the transaction did not begin.
const ONLY_READS = /^\s*SELECT\b/;

/**
 * Sends what is asked in one breath as one message, and the beginning of a transaction together with its first statement,
 * rather than waiting for an answer that says nothing: what a short transaction costs is messages. A transaction that asks for nothing is not begun at all. A first statement that writes waits for the answer all
 * the same: should the beginning fail, it would else be a transaction of its own. For a connection in pipeline mode.
 */
export function sendTogether(client: Client): void {
  const send = client.query.bind(client) as (...asked: unknown[]) => unknown;
  const { stream } = client.connection;
  let gathering = false;
  const ask = (...asked: unknown[]): unknown => {
    if (!gathering) {
      gathering = true;
      stream.cork();
      // After everything that asks without waiting for an answer.
      process.nextTick(() => {
        gathering = false;
        stream.uncork();
      });
    }
    return send(...asked);
  };
  let beginning = false;
  let opened: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const askOnceOpened = (asked: unknown[]): Promise<unknown> => {
    waiting += 1;
    return opened.then(
      () => {
        waiting -= 1;
        return ask(...asked);
      },
      (error: unknown) => {
        waiting -= 1;
        throw error;
      },
    );
  };
  const askTogether = (...asked: unknown[]): unknown => {
    const [text] = asked;
    if (text === BEGIN && waiting === 0) {
      beginning = true;
      return Promise.resolve(NOTHING_ASKED);
    }
    // Whoever asks while the first statement still waits comes after it.
    if (!beginning) return waiting > 0 ? askOnceOpened(asked) : ask(...asked);
    beginning = false;
    if (text === 'COMMIT' || text === 'ROLLBACK') return Promise.resolve(NOTHING_ASKED);
    opened = ask(BEGIN) as Promise<unknown>;
    if (typeof text !== 'string' || !ONLY_READS.test(text)) return askOnceOpened(asked);
    return Promise.all([opened, ask(...asked)]).then(([, answer]) => answer);
  };
  client.query = askTogether as Client['query'];
}
