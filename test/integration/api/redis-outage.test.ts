import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { RollbackView } from '../../../src/contract/views.js';
import { JobQueue, JobWorker, OutboxRepository } from '../../../src/platform/queue/index.js';
import { startApi, type TestApi } from '../../support/api.js';
import { query } from '../../support/pg-query.js';
import { startRedis, type RedisServer } from '../../support/redis-server.js';
import { promote, registerVersions } from '../../support/registering.js';

/** How long Redis stays away. CI has little time; a minute is what the product promises. */
const OUTAGE_MS = Number(process.env['LASTGOOD_TEST_REDIS_OUTAGE_SECONDS'] ?? 5) * 1000;
/** How long the same goes on before, to compare with. */
const BEFORE_MS = 1000;
const MODELS = ['fraud', 'speech', 'ranking'];
const VERSIONS = 8;

let redis: RedisServer;
let api: TestApi;
beforeAll(async () => {
  redis = await startRedis(join(inject('runFolder'), 'redis-outage-api'), { keepsData: true });
  api = await startApi({ jobs: true, env: { REDIS_URL: redis.url, LASTGOOD_SOAK_WINDOW_SECONDS: '0' } });
  for (const model of MODELS) await registerVersions(api, model, VERSIONS);
});
afterAll(async () => {
  await api.close();
  await redis.stop();
});

const named = (model: string, version: number): string => `${model} v${version}`;

/** What was done to the aliases within some time. */
class Moves {
  readonly moved = new Set<string>();
  readonly tookMs: number[] = [];
  rollbacks = 0;

  /** Walks the alias of every model forward, with a rollback after each third move, until the time is up. */
  static async during(ms: number): Promise<Moves> {
    const moves = new Moves();
    const endMs = Date.now() + ms;
    await Promise.all(MODELS.map((model) => moves.walk(model, endMs)));
    return moves;
  }

  get durations(): string {
    const sorted = this.tookMs.toSorted((x, y) => x - y).map((ms) => Math.round(ms));
    return `median ${sorted[sorted.length >> 1]} ms, slowest ${sorted.at(-1)} ms`;
  }

  private async walk(model: string, endMs: number): Promise<void> {
    for (let move = 0; Date.now() < endMs; move += 1) {
      const version = 1 + (move % VERSIONS);
      await this.timed(() => promote(api, model, version));
      this.moved.add(named(model, version));
      if (move % 3 === 2) {
        this.moved.add(named(model, (await this.timed(() => rollBack(model, version))).to));
        this.rollbacks += 1;
        const clear = api.as('ana').post(`/v1/models/${model}/aliases/production/clear`);
        await clear.send({ version, reason: 'once more' }).expect(200);
      }
      await sleep(20);
    }
  }

  private async timed<T>(work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const done = await work();
    this.tookMs.push(performance.now() - began);
    return done;
  }
}

async function rollBack(model: string, from: number): Promise<RollbackView> {
  const send = { reason: 'p95 doubled', from };
  return (await api.as('ana').post(`/v1/models/${model}/aliases/production/rollback`).send(send).expect(200)).body;
}

/** The versions with an observation that was made after this time. */
async function checkedSince(time: Date): Promise<Set<string>> {
  const rows = (await query(
    api.databaseUrl,
    `SELECT DISTINCT m.name, c.version FROM checks c JOIN models m ON m.id = c.model_id
      WHERE c.observed_at > '${time.toISOString()}'`,
  )) as { name: string; version: number }[];
  return new Set(rows.map(({ name, version }) => named(name, version)));
}

/** The rows of jobs that look at a version: each move asks for one of its version and one of its target. */
async function checksOwed(): Promise<string[]> {
  const sql = `SELECT id::text FROM outbox WHERE name = 'version.check'`;
  return ((await query(api.databaseUrl, sql)) as { id: string }[]).map(({ id }) => id);
}

/** The row of the outbox that a job was, which is a part of its id. */
const rowOf = (jobId: string): string => jobId.split('-')[1] ?? jobId;

/** Every version that an alias points at, serving aliases and rollback targets alike. */
async function pointedAt(): Promise<string[]> {
  const lists = MODELS.map(async (model) => {
    const { body } = await api.as('ana').get(`/v1/models/${model}/aliases`).expect(200);
    return (body as { items: { version: number }[] }).items.map(({ version }) => named(model, version));
  });
  return [...new Set((await Promise.all(lists)).flat())];
}

it(
  'Redis is stopped under moves and rollbacks: all succeed, nothing is lost, and every version moved to is checked afterwards',
  async () => {
    const outbox = api.app.get(OutboxRepository);
    const queue = api.app.get(JobQueue);
    const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
      for (const end = Date.now() + 180_000; !(await holds()); await sleep(100))
        if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    };
    const checksRun = new Set<string>();
    api.app.get(JobWorker).onRun(({ id, job, outcome }) => {
      if (job === 'version.check' && outcome === 'completed') checksRun.add(rowOf(id));
    });
    const isIdle = async (): Promise<boolean> => {
      // In the order in which a job goes, or one on its way from the one to the other would be in neither.
      const { rows } = await outbox.backlog();
      // The worker may be back before the connection that counts is.
      const depth = await queue.depth().catch(() => null);
      return depth !== null && rows + depth.waiting + depth.active === 0;
    };
    const before = await Moves.during(BEFORE_MS);
    await until('no job is left from before', isIdle);
    const ranBefore = checksRun.size;

    await redis.stop();
    const meanwhile = await Moves.during(OUTAGE_MS);
    const moved = [...new Set([...meanwhile.moved, ...(await pointedAt())])];
    const [waited, owed] = [(await outbox.backlog()).rows, await checksOwed()];
    expect(checksRun.size).toBe(ranBefore);

    const back = new Date();
    await redis.restart();
    const missing = async (): Promise<string[]> => {
      const checked = await checkedSince(back);
      return moved.filter((version) => !checked.has(version));
    };
    await until('every version moved to is checked', async () => (await missing()).length === 0);
    await until('each check that was owed ran', async () => owed.every((id) => checksRun.has(id)));

    const verified = moved.length - (await missing()).length;
    const ran = owed.filter((id) => checksRun.has(id)).length;
    console.log(
      `Redis away for ${OUTAGE_MS / 1000} s: ${meanwhile.tookMs.length} moves, ${meanwhile.rollbacks} of them ` +
        `rollbacks (${meanwhile.durations}; before: ${before.durations}); ${waited} jobs waited in the outbox, ` +
        `${owed.length} of them checks, of which ${ran} ran; ` +
        `${moved.length} versions moved to, ${verified} of them verified after Redis was back`,
    );
    expect(waited).toBeGreaterThanOrEqual(meanwhile.tookMs.length);
    expect(meanwhile.rollbacks).toBeGreaterThan(0);
    expect(verified).toBe(moved.length);
    // One by one, and not only some of them: a check for each version moved to and for each target.
    expect(owed.length).toBeGreaterThanOrEqual(meanwhile.tookMs.length);
    expect(ran).toBe(owed.length);
    expect((await queue.depth()).failed).toBe(0);
  },
  OUTAGE_MS + 360_000,
);
