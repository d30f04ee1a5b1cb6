import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Reporter } from '../../../examples/voice-activity/reporter.js';

async function until(done: () => boolean): Promise<void> {
  while (!done()) await sleep(1);
}

const report = (version: number) => ({ version, revision: 1, configDigest: 'sha256:1', readyReplicas: 1, replicas: 1 });

describe('reports to the registry', () => {
  let stop = new AbortController();
  afterEach(() => stop.abort());

  /** A reporter that runs; `sent` are the versions that arrived. */
  function running(options: { answer?: () => Promise<void>; everyMs?: number }) {
    stop = new AbortController();
    const state = { now: 1, sent: [] as number[], lines: [] as string[] };
    const reporter = new Reporter({
      read: () => (state.now === 0 ? null : report(state.now)),
      send: async ({ version }) => {
        await options.answer?.();
        state.sent.push(version);
      },
      log: (line) => state.lines.push(line),
      everyMs: options.everyMs ?? 60_000,
      retryMs: 5,
    });
    const ended = reporter.run(stop.signal);
    return { state, reporter, ended };
  }
  it('leave at once after a change and again when their time has come', async () => {
    const { state, reporter } = running({ everyMs: 20 });
    await until(() => state.sent.length >= 3);
    state.now = 2;
    reporter.changed();
    await until(() => state.sent.includes(2));
    expect(state.sent.slice(0, 3)).toEqual([1, 1, 1]);
  });

  it('are one at a time, and tell what is so when they leave', async () => {
    const waiting: (() => void)[] = [];
    const { state, reporter } = running({ answer: () => new Promise((resolve) => waiting.push(resolve)) });
    for (const version of [2, 3, 4]) {
      state.now = version;
      reporter.changed();
    }
    waiting.shift()?.();
    await until(() => waiting.length === 1);
    waiting.shift()?.();
    await until(() => state.sent.length === 2);
    expect(state.sent).toEqual([1, 4]);
  });

  it('are sent again after one that did not arrive, and say so once', async () => {
    let down = true;
    const { state } = running({ answer: async () => (down ? Promise.reject(new Error('refused')) : undefined) });
    await sleep(30);
    down = false;
    await until(() => state.sent.length > 0);
    await until(() => state.lines.length === 2);
    expect(state.lines).toEqual(['a report did not arrive: refused', 'reports arrive again']);
  });

  it('are not sent while there is nothing to say, and end with the signal', async () => {
    const { state, reporter, ended } = running({});
    await until(() => state.sent.length === 1);
    state.now = 0;
    reporter.changed();
    await sleep(5);
    stop.abort();
    await ended;
    expect(state.sent).toEqual([1]);
  });
});
