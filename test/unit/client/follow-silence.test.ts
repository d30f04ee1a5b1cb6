import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LastgoodClient, type Resolution } from '../../../src/client/index.js';
import { event, revisionsOf, sse, watchServer } from './watch-script.js';

// Only the clock of the client's own timers is turned; sockets run as always.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

it('takes a connection for dead when no heartbeat came for 40 s, and not before', async () => {
  const server = await watchServer({ version: 1, revision: 5 }, [
    (response) => {
      sse(response, ': heartbeat\n\n');
      setTimeout(() => response.write(': heartbeat\n\n'), 39_000);
    },
    (response) => sse(response, event('change', 6, 2)),
  ]);
  const seen: Resolution[] = [];
  const troubles: Error[] = [];
  const client = new LastgoodClient({ url: server.url, onTrouble: (error) => troubles.push(error) });
  const following = (async () => {
    for await (const resolution of client.follow('fraud', 'production')) {
      seen.push(resolution);
      if (resolution.revision === 6) return;
    }
  })();
  await until(() => server.watchRequests().length === 1 && seen.length === 1);
  for (let i = 0; i < 50; i += 1) await turn();

  await vi.advanceTimersByTimeAsync(39_500); // the second heartbeat came at 39 s
  for (let i = 0; i < 50; i += 1) await turn();
  await vi.advanceTimersByTimeAsync(39_000);
  expect(troubles).toEqual([]);
  expect(server.watchRequests()).toHaveLength(1);

  await vi.advanceTimersByTimeAsync(2_000);
  await until(() => troubles.length === 1);
  expect(String(troubles[0])).toContain('gave no answer within 40 s');
  await vi.advanceTimersByTimeAsync(10_000);
  await following;
  expect(revisionsOf(seen)).toEqual([5, 6]);
  expect(server.watchRequests()[1]?.headers['last-event-id']).toBe('5');
});
