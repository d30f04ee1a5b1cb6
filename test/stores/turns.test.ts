import { PassThrough } from 'node:stream';
import { setImmediate as soon } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EndpointTurns } from '../../src/stores/endpoint-turns.js';
import { Turns } from '../../src/stores/turns.js';
import { thrownBy } from './thrown-by.js';

/** Work that ends when it is told to, and how much of it there was. */
function counted() {
  const ends: (() => void)[] = [];
  const count = { begun: 0, most: 0, running: 0 };
  const work = async (): Promise<void> => {
    count.begun += 1;
    count.running += 1;
    count.most = Math.max(count.most, count.running);
    await new Promise<void>((end) => ends.push(end));
    count.running -= 1;
  };
  const endOne = (): void => ends.shift()?.();
  const endAll = async (all: readonly Promise<unknown>[]): Promise<void> => {
    const timer = setInterval(() => ends.splice(0).forEach((end) => end()), 0);
    await Promise.all(all).finally(() => clearInterval(timer));
    await soon();
  };
  return { count, work, endOne, endAll };
}

describe('the turns of an endpoint', () => {
  it('are so many at once, and no more', async () => {
    const turns = new Turns({ concurrency: 3 });
    const { count, work, endOne } = counted();
    const all = Array.from({ length: 20 }, () => turns.asking({ urgent: true }, work));
    for (let done = 0; done < 20; done++) {
      await soon();
      expect(count.running).toBe(Math.min(3, 20 - done));
      endOne();
    }
    await Promise.all(all);
    await soon();
    expect(count).toEqual({ begun: 20, most: 3, running: 0 });
    expect(turns.idle).toBe(true);
  });

  it('go to an urgent request before ten thousand others that came first', async () => {
    const turns = new Turns({ concurrency: 8 });
    const { count, work, endAll } = counted();
    const others = Array.from({ length: 10_000 }, () => turns.asking({}, work));
    await soon();
    expect(count.running).toBe(6);
    const before = count.begun;
    let begunBefore = -1;
    await turns.asking({ urgent: true }, async () => {
      begunBefore = count.begun - before;
    });
    expect(begunBefore).toBe(0);
    await endAll(others);
    expect(count).toMatchObject({ begun: 10_000, most: 6 });
  });

  it('go to an urgent request next where there is only one at a time', async () => {
    const turns = new Turns({ concurrency: 1 });
    const { count, work, endOne, endAll } = counted();
    const others = Array.from({ length: 100 }, () => turns.asking({}, work));
    await soon();
    let begun = -1;
    const urgent = turns.asking({ urgent: true }, async () => {
      begun = count.begun;
    });
    await soon();
    expect(begun).toBe(-1);
    endOne();
    await urgent;
    expect(begun).toBe(1);
    await endAll(others);
  });

  it('are given back by a request that fails', async () => {
    const turns = new Turns({ concurrency: 1 });
    for (let time = 0; time < 3; time++)
      expect(await thrownBy(turns.asking({}, () => Promise.reject(new Error('no'))))).toMatchObject({ message: 'no' });
    expect(await turns.asking({}, async () => 'yes')).toBe('yes');
    await soon();
    expect(turns.idle).toBe(true);
  });

  it.each([{ urgent: true }, { urgent: false }])(
    'are no longer waited for once the signal is aborted: %j',
    async (asking) => {
      const turns = new Turns({ concurrency: 1 });
      const { count, work, endOne } = counted();
      const first = turns.asking({}, work);
      await soon();
      const abort = new AbortController();
      const waiting = turns.asking({ ...asking, signal: abort.signal }, work);
      await soon();
      abort.abort(new Error('enough'));
      await expect(waiting).rejects.toThrow('enough');
      await expect(turns.asking({ ...asking, signal: abort.signal }, work)).rejects.toThrow('enough');
      endOne();
      await first;
      await soon();
      expect(count.begun).toBe(1);
      expect(turns.idle).toBe(true);
    },
  );
});

describe('the turns of reads', () => {
  it('last until the bytes end, and take none from short requests', async () => {
    const turns = new Turns({ concurrency: 1, reads: 2 });
    const streams = Array.from({ length: 3 }, () => new PassThrough());
    const opened: number[] = [];
    const reads = streams.map((stream, index) =>
      turns.reading({}, async () => {
        opened.push(index);
        return stream;
      }),
    );
    await Promise.all(reads.slice(0, 2));
    expect(await turns.asking({}, async () => 'answered')).toBe('answered');
    expect(opened).toEqual([0, 1]);
    streams[1]?.destroy();
    await reads[2];
    expect(opened).toEqual([0, 1, 2]);
    streams[0]?.resume().end();
    streams[2]?.destroy();
    await soon();
    await soon();
    expect(turns.idle).toBe(true);
  });

  it('are given back where nothing could be opened, or what was opened has ended already', async () => {
    const turns = new Turns({ reads: 1 });
    await expect(turns.reading({}, () => Promise.reject(new Error('missing')))).rejects.toThrow('missing');
    const ended = new PassThrough();
    ended.destroy();
    await soon();
    await turns.reading({}, async () => ended);
    await turns.reading({}, async () => new PassThrough());
  });

  it('are not waited for by an urgent one', async () => {
    const turns = new Turns({ reads: 1 });
    await turns.reading({}, async () => new PassThrough());
    expect(await turns.reading({ urgent: true }, async () => new PassThrough())).toBeInstanceOf(PassThrough);
  });
});

describe('the rate of an endpoint', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([200, 25, 7, 1])('lets %i new requests begin in any one second, and no more', async (perSecond) => {
    const turns = new Turns({ requestsPerSecond: perSecond });
    const begun: number[] = [];
    const all = Array.from({ length: perSecond * 3 }, (_, index) =>
      turns.asking({ urgent: index % 2 === 0 }, async () => void begun.push(Date.now())),
    );
    const from = Date.now();
    await vi.advanceTimersByTimeAsync(5_000);
    await Promise.all(all);
    const most = Math.max(...begun.map((at) => begun.filter((other) => other >= at && other < at + 1_000).length));
    expect(most).toBe(perSecond);
    expect(Math.max(...begun) - from).toBeLessThan(3_000);
  });

  it('lets an urgent request begin within a tenth of a second, however many wait', async () => {
    const turns = new Turns({ concurrency: 100, requestsPerSecond: 50 });
    const others = Array.from({ length: 1_000 }, () => turns.asking({}, async () => undefined));
    await vi.advanceTimersByTimeAsync(1_005);
    const asked = Date.now();
    let begun = 0;
    void turns.asking({ urgent: true }, async () => {
      begun = Date.now();
    });
    await vi.advanceTimersByTimeAsync(150);
    expect(begun - asked).toBeLessThanOrEqual(100);
    await vi.advanceTimersByTimeAsync(30_000);
    await Promise.all(others);
  });
});

describe('the turns of all endpoints', () => {
  it('are apart: one that hangs holds up no other', async () => {
    const turns = new EndpointTurns({ concurrency: 2 });
    const { count, work } = counted();
    for (let asked = 0; asked < 50; asked++) void turns.host('hangs.example').asking({}, work);
    await soon();
    expect(count.running).toBe(2);
    expect(await turns.host('other.example').asking({}, async () => 'answered')).toBe('answered');
    expect(await turns.folder('/srv').asking({}, async () => 'read')).toBe('read');
  });

  it('are the same for whoever asks the same endpoint', () => {
    const turns = new EndpointTurns({ concurrency: 2 });
    expect(turns.host('a.example:9000')).toBe(turns.host('a.example:9000'));
    expect(turns.folder('/srv')).not.toBe(turns.folder('/mnt'));
  });

  it('are forgotten when there are many, except those that somebody holds', async () => {
    const turns = new EndpointTurns({ concurrency: 1 });
    const { work, endAll } = counted();
    const busy = turns.host('busy.example');
    const running = busy.asking({}, work);
    const idle = turns.host('idle.example');
    for (let host = 0; host < 1_000; host++) turns.host(`${host}.example`);
    expect(turns.host('busy.example')).toBe(busy);
    expect(turns.host('idle.example')).not.toBe(idle);
    await endAll([running]);
  });
});
