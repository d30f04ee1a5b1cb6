import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killListeners, revisionsAfter } from '../../support/load-history.js';
import { startReplicas, type Replicas } from '../../support/load-replicas.js';
import { RoamingWatcher } from '../../support/load-watcher.js';
import { registerVersions } from '../../support/registering.js';

const ALIASES = ['production', 'eu', 'us', 'staging'];
const MODELS = ['fraud', 'churn'];
const FILTERS = [{}, { model: 'fraud' }, { alias: 'eu' }, { model: 'churn', alias: 'production' }];

type Step =
  | { do: 'move'; replica: number; model: number; alias: number; version: number }
  | { do: 'roll back' | 'delete'; replica: number; model: number; alias: number }
  | { do: 'connect' | 'disconnect'; replica: number; watcher: number }
  | { do: 'kill listeners' };

const among = (count: number) => fc.nat({ max: count - 1 });
const alias = { replica: among(2), model: among(2), alias: among(4) };
const move = fc.record({ do: fc.constant('move' as const), ...alias, version: fc.integer({ min: 1, max: 5 }) });
const other = fc.record({ do: fc.constantFrom('roll back', 'delete'), ...alias });
const roam = fc.record({ do: fc.constantFrom('connect', 'disconnect'), replica: among(2), watcher: among(8) });
const kill = fc.record({ do: fc.constant('kill listeners' as const) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: move },
  { weight: 2, arbitrary: other },
  { weight: 5, arbitrary: roam },
  { weight: 1, arbitrary: kill },
);

describe('what a watcher hears in all its connections together', () => {
  let replicas: Replicas;
  beforeAll(async () => {
    // So little is remembered that most of those who return must be told from the history.
    replicas = await startReplicas(2, { limits: { remembered: 4 } });
    for (const model of MODELS) await registerVersions(at(0), model, 5);
  });
  afterAll(() => replicas.close());

  const at = (replica: number) => {
    const api = replicas.all[replica];
    if (!api) throw new Error(`no replica ${replica}`);
    return api;
  };

  const change = async (one: Extract<Step, { alias: number }>) => {
    const path = `/v1/models/${MODELS[one.model]}/aliases/${ALIASES[one.alias]}`;
    const client = at(one.replica).as('ana');
    if ('version' in one) return client.put(path).send({ version: one.version, reason: 'try' });
    if (one.do === 'delete') return client.delete(`${path}?reason=retired`);
    return client.post(`${path}/rollback`).send({ reason: 'errors' });
  };

  const take = async (one: Step, watchers: RoamingWatcher[], pending: Promise<unknown>[]): Promise<void> => {
    if (one.do === 'kill listeners') return void (await killListeners(replicas.databaseUrl));
    if ('watcher' in one) {
      const watcher = watchers[one.watcher];
      return one.do === 'connect' ? watcher?.connect(at(one.replica).url) : watcher?.disconnect();
    }
    // Not waited for: moves on both replicas overlap with one another and with what the watchers do.
    pending.push(change(one).then(({ status }) => expect(status).toBeLessThan(500)));
    if (pending.length % 4 === 0) await Promise.all(pending);
  };

  it('is every change that concerns it, once, in order', async () => {
    let told = 0;
    let connects = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 120 }), async (steps) => {
        const watchers = Array.from({ length: 8 }, (_, n) => new RoamingWatcher(FILTERS[n % FILTERS.length] ?? {}));
        const pending: Promise<unknown>[] = [];
        for (const one of steps) await take(one, watchers, pending);
        await Promise.all(pending);
        for (const watcher of watchers) {
          const concerning = await revisionsAfter(replicas.databaseUrl, 0, watcher.filter);
          await watcher.connect(at(watcher.connects % 2).url);
          await watcher.reaches(concerning.at(-1) ?? 0);
          const { heard, happened } = await watcher.account(replicas.databaseUrl);
          expect(heard).toEqual(happened);
          told += heard.length;
          connects += watcher.connects;
        }
      }),
      { numRuns: 10, endOnFailure: true },
    );
    console.log(`watchers heard ${told} changes over ${connects} connections, each once and in order`);
  });
});
