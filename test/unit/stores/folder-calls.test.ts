import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FolderCalls, type Answer } from '../../../src/stores/folder-calls.js';
import { FolderThreads } from '../../../src/stores/folder-threads.js';

const SILENT = { silent: 'the folder /mnt/a did not answer within 0.02 s: is its server away?' };
const patient = { timeout: 30_000, interval: 2 };

/** A call that answers when it is told to. */
class Call {
  begun = false;
  answer: (value: string) => void = () => undefined;
  fail: (error: Error) => void = () => undefined;
  readonly work = (): Promise<string> => {
    this.begun = true;
    return new Promise((resolve, reject) => {
      this.answer = resolve;
      this.fail = reject;
    });
  };
}

describe('the calls to a folder', () => {
  let threads: FolderThreads;
  let calls: FolderCalls;
  const named = (name: string, againMs = 60_000): FolderCalls =>
    new FolderCalls(`the folder ${name}`, { answerMs: 20, againMs }, threads);
  beforeEach(() => {
    threads = new FolderThreads(16);
    calls = named('/mnt/a');
  });
  const well = (of = calls): Promise<Answer<string>> => of.run(async () => 'well');
  /** As many calls at once as hang, and what came of them. */
  const hung = async (count: number, of = calls): Promise<Call[]> => {
    const all = Array.from({ length: count }, () => new Call());
    const answers = await Promise.all(all.map(({ work }) => of.run(work)));
    expect(answers.every((answer) => 'silent' in answer)).toBe(true);
    return all;
  };

  it('give what comes in time, and throw what is thrown in time', async () => {
    expect(await well()).toEqual({ value: 'well' });
    await expect(calls.run(() => Promise.reject(new Error('EIO')))).rejects.toThrow('EIO');
    expect(threads.hung).toBe(0);
  });

  it('are few at once, and the others wait for their turn', async () => {
    const some = Array.from({ length: 10 }, () => new Call());
    const slow = new FolderCalls('the folder /mnt/b', { answerMs: 60_000, againMs: 60_000 }, threads);
    const answers = some.map(({ work }) => slow.run(work));
    await vi.waitUntil(() => some.some(({ begun }) => begun), patient);
    expect(some.filter(({ begun }) => begun)).toHaveLength(threads.atOnce);
    for (const call of some) {
      await vi.waitUntil(() => call.begun, patient);
      call.answer('done');
    }
    expect(await Promise.all(answers)).toEqual(some.map(() => ({ value: 'done' })));
  });

  it('are not waited for beyond the limit, and none begins while one hangs', async () => {
    const all = await hung(10);
    expect(all.filter(({ begun }) => begun)).toHaveLength(threads.atOnce);
    const next = new Call();
    expect(await calls.run(next.work)).toEqual(SILENT);
    expect(next.begun).toBe(false);
  });

  it.each(['answers', 'fails'])('begin again by themselves when one that hung %s', async (how) => {
    const [first] = await hung(3);
    if (how === 'answers') first?.answer('late');
    else first?.fail(new Error('ENOTCONN'));
    await vi.waitUntil(async () => 'value' in (await well()), patient);
    expect(threads.hung).toBe(2);
  });

  it('try one call after a while, and go on where it answers, though old ones hang for good', async () => {
    calls = named('/mnt/a', 0);
    await hung(threads.atOnce);
    expect(await well()).toEqual({ value: 'well' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => well()));
    expect(answers).toEqual(answers.map(() => ({ value: 'well' })));
    expect(threads.hung).toBe(threads.atOnce);
  });

  it('that are tried leave half of the threads to other folders, however often they are tried', async () => {
    const others = Array.from({ length: 3 }, (_, at) => named(`/mnt/${at}`, 0));
    for (const one of others) await hung(1, one);
    for (let round = 0; round < 12; round++) for (const one of others) await one.run(new Call().work);
    expect(threads.hung).toBe(6);
    expect(await well(others[0])).toEqual({ silent: expect.stringContaining('the folder /mnt/0 did not answer') });
    expect(await well()).toEqual({ value: 'well' });
  });

  it('hold a share of the threads, and no more, however often they are tried', async () => {
    threads = new FolderThreads(128);
    calls = named('/mnt/a', 0);
    await hung(4);
    for (let round = 0; round < 40; round++) await calls.run(new Call().work);
    expect(threads.hung).toBe(threads.mostOfOne);
    const said = `${SILENT.silent} ${threads.mostOfOne} calls hang: it is asked again when one comes back, or after a restart`;
    expect(await well()).toEqual({ silent: said });
  });

  it('of twenty folders that hang leave threads for others where there are as many as the command has', async () => {
    threads = new FolderThreads(128);
    await Promise.all(Array.from({ length: 20 }, (_, at) => hung(10, named(`/mnt/${at}`))));
    expect(threads.hung).toBe(80);
    expect(await Promise.all(Array.from({ length: 10 }, () => well()))).toEqual(
      Array.from({ length: 10 }, () => ({ value: 'well' })),
    );
  });

  it('go on where an answer comes while a try waits for a thread', async () => {
    const patiently = (name: string): FolderCalls =>
      new FolderCalls(`the folder ${name}`, { answerMs: 600_000, againMs: 0 }, threads);
    calls = named('/mnt/a', 0);
    const [late] = await hung(1);
    const others = Array.from({ length: 11 }, (_, at) => ({ call: new Call(), of: patiently(`/mnt/${at}`) }));
    const answers = others.map(({ call, of }) => of.run(call.work));
    await vi.waitUntil(() => others.every(({ call }) => call.begun), patient);
    const tried = well();
    // Now it waits: those eleven and the one that hangs hold all that folders may have.
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    late?.answer('back');
    expect(await tried).toEqual({ value: 'well' });
    for (const { call } of others) call.answer('done');
    await Promise.all(answers);
  });

  it('hold up no other folder, and never hold all threads', async () => {
    const folders = Array.from({ length: 4 }, (_, at) => named(`/mnt/${at}`));
    await hung(10, folders[0]);
    await hung(10, folders[1]);
    expect(await well()).toEqual({ value: 'well' });
    await hung(10, folders[2]);
    await hung(10, folders[3]);
    expect(threads.hung).toBe(12);
    const evidence = 'the folder /mnt/a was not asked: other folders do not answer, and hold all threads';
    expect(await well()).toEqual({ silent: expect.stringContaining(evidence) });
  });

  it('end with the reason of an abort, whether they have begun or wait', async () => {
    const abort = new AbortController();
    const some = Array.from({ length: 10 }, () => new Call());
    const slow = new FolderCalls('the folder /mnt/b', { answerMs: 60_000, againMs: 60_000 }, threads);
    const answers = some.map(({ work }) => slow.run(work, { signal: abort.signal }));
    const settled = Promise.allSettled(answers);
    await vi.waitUntil(() => some.filter(({ begun }) => begun).length === threads.atOnce, patient);
    abort.abort(new Error('enough'));
    await expect(answers[0]).rejects.toThrow('enough');
    for (const { answer } of some) answer('done');
    const ends = (await settled).map((end) => (end.status === 'rejected' ? String(end.reason) : end.value));
    expect(ends).toEqual(some.map(() => 'Error: enough'));
    expect(some.filter(({ begun }) => begun)).toHaveLength(threads.atOnce);
    expect(await well(slow)).toEqual({ value: 'well' });
  });

  it('undo what comes when nobody waits for it any more', async () => {
    const undone: string[] = [];
    const late = new Call();
    expect(await calls.run(late.work, { undo: (value) => undone.push(value) })).toEqual(SILENT);
    late.answer('a file that was opened');
    await vi.waitUntil(() => undone.length > 0, patient);
    expect(undone).toEqual(['a file that was opened']);
    expect(threads.hung).toBe(0);
  });

  it('close no file while the folder is silent, and every one afterwards', async () => {
    const [late] = await hung(1);
    let closed = 0;
    const file = { close: async () => void (closed += 1) };
    await Promise.all([calls.close(file), calls.close(file)]);
    expect(closed).toBe(0);
    late?.answer('back');
    await vi.waitUntil(() => closed === 2, patient);
  });
});

describe('a folder that is tried in vain', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => vi.useRealTimers());

  it('is tried after twice as long each time, every four hours at least', async () => {
    const calls = new FolderCalls('the folder /mnt/a', { answerMs: 1, againMs: 60_000 }, new FolderThreads(128));
    const begun: number[] = [];
    const work = (): Promise<string> => {
      begun.push(performance.now());
      return new Promise(() => undefined);
    };
    for (let minute = 0; minute < 24 * 60; minute++) {
      const seen = calls.run(work);
      await vi.advanceTimersByTimeAsync(60_000);
      await seen;
    }
    // From when its time to answer is over, which is looked at each minute.
    const gaps = begun.slice(1).map((at, i) => (at - (begun[i] ?? 0)) / 60_000);
    expect(gaps.slice(0, 4)).toEqual([2, 3, 5, 9]);
    expect(gaps.at(-1)).toBe(4 * 60 + 1);
  });
});

describe('the threads for folders', () => {
  it.each([
    [1, 1],
    [4, 1],
    [16, 4],
    [32, 4],
    [128, 4],
  ])('of a pool of %i give a folder %i at once', (size, atOnce) => {
    expect(new FolderThreads(size).atOnce).toBe(atOnce);
  });
});
