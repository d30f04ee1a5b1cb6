import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EndpointPatience, MOST_WAIT_MS, URGENT_WAIT_MS, type WaitBegun } from '../../src/stores/endpoint-patience.js';
import { Turns } from '../../src/stores/turns.js';
import { thrownBy } from './thrown-by.js';

const refused = { code: 'unreachable', message: expect.stringContaining('registry.example asked to be left alone') };

describe('an endpoint that asks to be left alone', () => {
  let begun: WaitBegun[];
  let sent: number;
  let patience: EndpointPatience;
  let turns: Turns;
  beforeEach(() => {
    vi.useFakeTimers();
    [begun, sent] = [[], 0];
    patience = new EndpointPatience('registry.example', (wait) => begun.push(wait));
    turns = new Turns({ concurrency: 100 }, patience);
  });
  afterEach(() => vi.useRealTimers());

  const good = async (): Promise<string> => {
    sent += 1;
    return 'good';
  };
  const busy = async (): Promise<string> => {
    sent += 1;
    patience.asked({ ms: null });
    return 'busy';
  };
  const ask = (request = good, asking = {}): Promise<unknown> => turns.asking(asking, request);

  it('is left alone for that long, and each question is answered at once with the time', async () => {
    const until = patience.asked({ ms: 60_000 });
    expect(await thrownBy(ask())).toMatchObject({ ...refused, retryAt: until });
    expect(await thrownBy(turns.reading({}, () => expect.unreachable()))).toMatchObject(refused);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(await thrownBy(ask())).toMatchObject({ retryAt: until });
    expect(sent).toBe(0);
    await vi.advanceTimersByTimeAsync(1_001);
    expect(await ask()).toBe('good');
    expect(begun).toEqual([{ endpoint: 'registry.example', until }]);
  });

  it('is asked by whoever comes back at the time that was told, however its fractions fall', async () => {
    for (const ms of [1_000, 1_000.1, 1_000.5, 1_000.9]) {
      const told = patience.asked({ ms });
      await vi.advanceTimersByTimeAsync(0.4);
      await vi.advanceTimersByTimeAsync(told.getTime() - Date.now());
      expect(await ask()).toBe('good');
    }
  });

  it('is tried by one question when the time is over; the others wait for it, and are asked where it went well', async () => {
    patience.asked({ ms: 1_000 });
    await vi.advanceTimersByTimeAsync(1_001);
    let answer = (): void => undefined;
    const first = ask(() => new Promise((resolve) => (answer = () => resolve('first'))));
    const others = Array.from({ length: 20 }, () => ask());
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toBe(0);
    answer();
    expect(await first).toBe('first');
    expect(await Promise.all(others)).toEqual(Array(20).fill('good'));
  });

  it('is not asked by the others where the one that tried was asked to wait again', async () => {
    patience.asked({ ms: 1_000 });
    await vi.advanceTimersByTimeAsync(1_001);
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => ask(busy)));
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', ...Array(19).fill('rejected')]);
    expect(sent).toBe(1);
  });

  it('is asked by all again where the one that tried failed otherwise, or was given up', async () => {
    patience.asked({ ms: 1_000 });
    await vi.advanceTimersByTimeAsync(1_001);
    const broken = ask(() => Promise.reject(new Error('cut')));
    const others = Array.from({ length: 20 }, () => ask());
    await expect(broken).rejects.toThrow('cut');
    expect(await Promise.all(others)).toEqual(Array(20).fill('good'));
  });

  it('lets whoever waits for the one that tries give up', async () => {
    patience.asked({ ms: 1_000 });
    await vi.advanceTimersByTimeAsync(1_001);
    void ask(() => new Promise(() => undefined));
    const [stop, stopped] = [new AbortController(), new AbortController()];
    stopped.abort(new Error('before'));
    const waiting = ask(good, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(ask(good, { signal: stopped.signal })).rejects.toThrow('before');
    expect(sent).toBe(0);
  });

  it('is left alone twice as long each time that it asks in a row, within bounds, and from the start once it answered', async () => {
    const waits: number[] = [];
    const askUntilBusy = async (): Promise<void> => {
      await ask(busy);
      waits.push((begun.at(-1)?.until.getTime() ?? 0) - Date.now());
      await vi.advanceTimersByTimeAsync((waits.at(-1) ?? 0) + 1);
    };
    for (let time = 0; time < 9; time++) await askUntilBusy();
    expect(waits.map((ms) => Math.round(ms / 1_000))).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
    await ask();
    await askUntilBusy();
    expect(Math.round((waits.at(-1) ?? 0) / 1_000)).toBe(5);
  });

  it.each([1e15, Infinity])(
    'is never left alone for longer than ten minutes, also where it asks for %d ms',
    async (ms) => {
      expect(patience.asked({ ms }).getTime() - Date.now()).toBeCloseTo(MOST_WAIT_MS, -1);
      await vi.advanceTimersByTimeAsync(MOST_WAIT_MS + 1);
      expect(await ask()).toBe('good');
    },
  );

  it('is told of once, however many answers that were under way ask for the same', async () => {
    const answers = Array.from({ length: 20 }, () => ask(() => Promise.resolve().then(busy)));
    expect(await Promise.all(answers)).toEqual(Array(20).fill('busy'));
    expect(begun).toHaveLength(1);
    patience.asked({ ms: 1 });
    const [{ until } = { until: new Date(0) }] = begun;
    expect(await thrownBy(ask())).toMatchObject({ retryAt: until });
  });

  it('is tried by one urgent question after seconds, and by all of them once that went well', async () => {
    const urgent = { urgent: true };
    patience.asked({ ms: 60_000 });
    const wave = (request: typeof good): Promise<PromiseSettledResult<unknown>[]> =>
      Promise.allSettled(Array.from({ length: 10 }, () => ask(request, urgent)));
    await wave(good);
    expect(sent).toBe(0);
    await vi.advanceTimersByTimeAsync(URGENT_WAIT_MS + 1);
    await wave(busy);
    expect(sent).toBe(1);
    await vi.advanceTimersByTimeAsync(URGENT_WAIT_MS + 1);
    await wave(good);
    expect(sent).toBe(11);
    // What is not urgent waits for the time that was asked for all the same.
    expect(await thrownBy(ask())).toMatchObject(refused);
  });

  it('is asked at once to end what must not be left half done', async () => {
    patience.asked({ ms: 60_000 });
    expect(await ask(good, { pressing: true })).toBe('good');
    expect(await thrownBy(ask())).toMatchObject(refused);
  });

  it('sends away those that wait for a turn, whatever the rate', async () => {
    turns = new Turns({ concurrency: 4, requestsPerSecond: 1 }, patience);
    const all = Promise.allSettled(Array.from({ length: 1_000 }, () => ask(busy)));
    await vi.advanceTimersByTimeAsync(4_000);
    expect((await all).filter(({ status }) => status === 'rejected').length).toBeGreaterThan(990);
    expect(sent).toBeLessThan(5);
  });
});
