import { setTimeout as sleep } from 'node:timers/promises';
import type { AliasChangeView } from '../../../src/contract/views.js';
import { targetAliasOf } from '../../../src/domain/names.js';
import { query } from '../pg-query.js';
import { aliasPath, type AliasName } from './alias-client.js';
import { readHistory } from './history-pages.js';
import { perform, type Workplace } from './workload.js';

const PATIENCE_MS = 120_000;

/**
 * Waits until nothing that was begun can happen any more, reads every alias at every replica once more into the recording,
 * from the database and, once it has caught up, from memory, and gives all the histories, paired aliases' too.
 */
export async function settle(place: Workplace, databaseUrl: string): Promise<AliasChangeView[]> {
  await until('no transaction is open', async () => (await openTransactions(databaseUrl)) === 0);
  for (const life of place.replicas.living) {
    for (const name of place.names) {
      await perform(place, life, name, { kind: 'read' }, 'page');
      await perform(place, life, name, { kind: 'read' }, 'strong');
      const newest = await revisionOf(life.url, name, '?consistency=strong');
      await until(
        `${name.alias} at ${life.id} is up to date`,
        async () => (await revisionOf(life.url, name, '')) === newest,
      );
      await perform(place, life, name, { kind: 'read' }, 'memory');
    }
  }
  const all = place.names.flatMap(({ model, alias }) =>
    [alias, targetAliasOf(alias)].map((one) => ({ model, alias: one })),
  );
  const histories = await Promise.all(all.map((name) => readHistory(place.replicas.any.url, name)));
  return histories.flat();
}

// What a killed replica had begun goes on in PostgreSQL until that notices.
async function openTransactions(url: string): Promise<number> {
  const rows = await query(
    url,
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
       AND pid <> pg_backend_pid() AND xact_start IS NOT NULL`,
  );
  return rows.length;
}

async function revisionOf(url: string, name: AliasName, search: string): Promise<number> {
  const response = await fetch(`${url}${aliasPath(name)}/resolve${search}`);
  const { revision } = (await response.json()) as { revision: number };
  return revision;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !(await holds()); await sleep(50)) {
    if (performance.now() > end) throw new Error(`waited ${PATIENCE_MS / 1000} s in vain until ${what}`);
  }
}
