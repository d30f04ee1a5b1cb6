import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssignmentsView } from '../../contract/node-views.js';
import type { CacheFolder } from '../cache/cache-folder.js';
import { writeDurably } from '../cache/durable.js';
import { planIn } from './plan.js';

/** The node's newest list of assignments, kept in the cache folder: what must lie here does not depend on the registry. */
export class PlanFile {
  readonly #path: string;

  constructor(private readonly folder: CacheFolder) {
    this.#path = join(folder.root, 'plan.json');
  }

  /** The list that was kept for this node; null where there is none that can be followed. */
  async read(node: string): Promise<AssignmentsView | null> {
    const text = await readFile(this.#path, 'utf8').catch(() => '');
    try {
      return planIn(JSON.parse(text), node);
    } catch {
      return null;
    }
  }

  /** Replaces the list as a whole. Throws what the file system throws. */
  async write(plan: AssignmentsView): Promise<void> {
    await writeDurably(this.#path, `${JSON.stringify(plan)}\n`, this.folder.staging());
  }
}
