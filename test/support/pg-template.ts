import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { prepare } from '../../src/entry/migrate.js';
import { checkout } from './run-folder.js';

/** Brings an empty database to the state that every test database starts from. */
export async function prepareTemplate(url: string): Promise<void> {
  await prepare(url);
}

/** A name that changes with the migrations: on a server that outlives the run, an old template must not be taken. */
export async function templateName(): Promise<string> {
  const folder = join(checkout, 'migrations');
  const hash = createHash('sha256');
  for (const file of (await readdir(folder)).toSorted()) hash.update(file).update(await readFile(join(folder, file)));
  return `lastgood_template_${hash.digest('hex').slice(0, 16)}`;
}
