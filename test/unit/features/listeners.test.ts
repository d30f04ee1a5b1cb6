import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ResolutionTable } from '../../../src/features/resolution/resolution-table.js';
import type { Changes, ResolutionRepository } from '../../../src/features/resolution/resolution.repository.js';
import { Watcher } from '../../../src/features/resolution/watcher.js';
import { openWatch } from '../../support/sse.js';

const change = (revision: number): Pick<Changes, 'changes' | 'rows'> => {
  const to = { model: 'fraud', alias: 'production', from: null, to: revision, action: 'promote' as const };
  const said = { about: null, reason: 'r', actor: 'ana', at: new Date(revision).toISOString() };
  const live = JSON.stringify({ version: revision });
  const row = { modelId: 1, model: 'fraud', alias: 'production', revision, live, warm: null };
  return { changes: [{ ...to, ...said, revision }], rows: [row] };
};

describe('of many who follow the changes, one that cannot be told', () => {
  let table: ResolutionTable;
  let logged: string[];
  beforeEach(() => {
    table = new ResolutionTable({ remembered: 100, rememberedBytes: 1e6 });
    table.reset(10, []);
    logged = [];
    vi.spyOn(Logger.prototype, 'error').mockImplementation((line: unknown) => void logged.push(String(line)));
  });
  afterEach(() => vi.restoreAllMocks());

  const breaks = () => {
    throw new Error('broken');
  };

  it('keeps none of the others from hearing, and is said once for each batch', () => {
    const told: (number[] | null)[] = [];
    const hear = () => table.subscribe((events) => told.push(events && events.map((event) => event.change.revision)));
    hear();
    table.subscribe(() => breaks());
    table.subscribe(() => breaks());
    hear();
    table.apply(change(11));
    expect([table.revision, told]).toEqual([11, [[11], [11]]]);
    expect(logged).toEqual(['2 who follow could not be told of a change; the first: Error: broken']);
    table.reset(20, []);
    expect(told.slice(2)).toEqual([null, null]);
    expect(logged).toHaveLength(2);
  });

  describe('over a stream', () => {
    let server: Server;
    let streams: ServerResponse[];
    beforeEach(async () => {
      streams = [];
      const limits = { heartbeatMs: 60_000, stalledMs: 60_000, remembered: 100, rememberedBytes: 1e6 };
      server = createServer((_request, response) => {
        streams.push(response);
        void new Watcher(response, table, {} as ResolutionRepository, {}, limits).run(null);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
    });
    afterEach(() => server.close());

    it('is cut off, so that it resumes where it was, and the others are told', async () => {
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const first = await openWatch(base);
      await first.ready();
      const second = await openWatch(base);
      await second.ready();
      const [broken] = streams;
      if (broken) broken.write = breaks;
      table.apply(change(11));
      await second.reaches(11);
      await expect.poll(() => first.isOver()).toBe(true);
      expect([first.lastId(), second.isOver()]).toEqual(['10', false]);
      second.close();
    });
  });
});
