import { setImmediate as soon } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NodeState } from '../../../src/agent/loop/node-state.js';
import { Presence } from '../../../src/agent/loop/presence.js';
import { Reporter } from '../../../src/agent/loop/reporter.js';
import { LastgoodClient } from '../../../src/client/index.js';
import { emptyFolder, openCache } from '../../support/agent/cache-under-test.js';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

// As a connection that is refused: the event loop goes round once.
const away = async (): Promise<never> => {
  await soon();
  throw new Error('away');
};

describe('what lies on a node, while the registry is away', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }));
  afterEach(() => void vi.useRealTimers());

  it('is told again after longer and longer waits, however much changes meanwhile, and as it is once that works', async () => {
    const { cache } = await openCache(await emptyFolder());
    const state = new NodeState(cache, false);
    const registry = new LastgoodClient({ url: 'http://127.0.0.1:1' });
    const told = vi.spyOn(registry, 'reportResidency').mockImplementation(away);
    const describeNode = async () => ({ agent: 'a', agentVersion: '1', labels: {}, gpus: [], disk: disk() });
    const presence = new Presence({ node: 'n', registry, state, log, renewMs: 1e9, describe: describeNode });
    const stop = new AbortController();
    state.stand('ours');
    const reporter = new Reporter({ node: 'n', agent: 'a', registry, state, presence, log, progressMs: 1_000 });
    const running = reporter.run(stop.signal).catch(() => undefined);
    for (let second = 0; second < 20; second++) {
      state.tell('state');
      await vi.advanceTimersByTimeAsync(1_000);
    }
    // Half a second to begin with, twice as long each time, and half of each wait is left to chance.
    expect(told.mock.calls.length).toBeGreaterThan(3);
    expect(told.mock.calls.length).toBeLessThan(10);
    told.mockResolvedValue({ accepted: 0 });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(state.news).toBe('none');
    stop.abort();
    await running;
  });
});

function disk() {
  return { usedBytes: 0, budgetBytes: 0, freeBytes: 0 };
}
