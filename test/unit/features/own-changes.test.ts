import { beforeEach, describe, expect, it } from 'vitest';
import { AliasFeed } from '../../../src/features/resolution/alias-feed.js';
import { ResolutionTable } from '../../../src/features/resolution/resolution-table.js';
import type { Changes, ResolutionRepository } from '../../../src/features/resolution/resolution.repository.js';

type Answer = (changes: Changes) => void;

const change = (revision: number): Changes['changes'][number] => {
  const line = {
    model: 'fraud',
    alias: 'production',
    action: 'promote' as const,
    about: null,
    reason: 'r',
    actor: 'ana',
  };
  return { ...line, revision, from: null, to: revision, at: new Date(revision).toISOString() };
};
const row = (revision: number) => {
  const live = JSON.stringify({ version: revision });
  return { modelId: 1, model: 'fraud', alias: 'production', revision, live, warm: null };
};
const own = (revision: number) => ({ changes: [change(revision)], rows: [row(revision)] });

// The database is a fake: what these tests are about is the order in which its answers and our own commits arrive.
describe('what a replica takes in of its own commits', () => {
  let asked: { after: number; answer: Answer }[];
  let loads: ((revision: number) => void)[];
  let table: ResolutionTable;
  let feed: AliasFeed;
  let told: number[];
  beforeEach(() => {
    asked = [];
    loads = [];
    told = [];
    table = new ResolutionTable({ remembered: 100, rememberedBytes: 1e6 });
    table.reset(10, []);
    table.subscribe((events) => told.push(...(events ?? []).map((event) => event.change.revision)));
    const repository = {
      changesAfter: (after: number) => new Promise<Changes>((answer) => asked.push({ after, answer })),
      loadAll: () => new Promise((answer) => loads.push((revision) => answer({ revision, rows: [] }))),
    } as unknown as ResolutionRepository;
    feed = new AliasFeed(repository, table, 'postgres://nobody@127.0.0.1:1/none');
  });

  it('is there at once, without asking the database', () => {
    feed.take(own(11));
    expect([table.revision, told, asked]).toEqual([11, [11], []]);
    expect(table.get('fraud', 'production')?.revision).toBe(11);
  });

  it('waits where a change of somebody else comes before it', async () => {
    feed.take(own(12));
    expect([table.revision, told]).toEqual([10, []]);
    const caughtUp = feed.catchUp(12);
    asked[0]?.answer({ newest: 12, changes: [change(11), change(12)], rows: [row(12)] });
    await caughtUp;
    expect([table.revision, told]).toEqual([12, [11, 12]]);
  });

  it('is told once where the database answers with it as well', async () => {
    const caughtUp = feed.catchUp(12);
    feed.take(own(11));
    asked[0]?.answer({ newest: 12, changes: [change(11), change(12)], rows: [row(12)] });
    await caughtUp;
    expect([table.revision, told]).toEqual([12, [11, 12]]);
  });

  it('is not taken back by an answer that was made before it', async () => {
    const caughtUp = feed.catchUp();
    feed.take(own(11));
    asked[0]?.answer({ newest: 10, changes: [], rows: [] });
    await caughtUp;
    expect([table.revision, told, loads]).toEqual([11, [11], []]);
  });

  it('is left to the database while everything is loaded anew', async () => {
    const caughtUp = feed.catchUp();
    asked[0]?.answer({ newest: 3, changes: [], rows: [] });
    await expect.poll(() => loads.length).toBe(1);
    feed.take(own(11));
    expect(table.revision).toBe(10);
    loads[0]?.(3);
    await caughtUp;
    expect([table.revision, told]).toEqual([3, []]);
  });

  it('does not take an alias back that is ahead, because a batch of changes was cut short', async () => {
    const caughtUp = feed.catchUp(14);
    asked[0]?.answer({ newest: 14, changes: [change(11)], rows: [row(14)] });
    await expect.poll(() => asked.length).toBe(2);
    feed.take(own(12));
    expect([table.revision, table.get('fraud', 'production')?.revision]).toEqual([11, 14]);
    asked[1]?.answer({ newest: 14, changes: [change(12), change(13), change(14)], rows: [row(14)] });
    await caughtUp;
    expect([table.revision, told]).toEqual([14, [11, 12, 13, 14]]);
    feed.take(own(15));
    expect(table.revision).toBe(15);
  });
});
