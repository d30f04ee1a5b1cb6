// @ts-check
// The last alias move that the registry acknowledged to this demo. The next run looks it up in the history: a
// registry that was killed in between must still have it.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** @typedef {{revision: number, version: number}} Move */

export class Acknowledged {
  /** @param {string} folder */
  constructor(folder) {
    this.file = path.join(folder, 'acknowledged.json');
  }

  /** @returns {Move | null} */
  read() {
    return existsSync(this.file) ? JSON.parse(readFileSync(this.file, 'utf8')) : null;
  }

  /** @param {Move} move */
  write({ revision, version }) {
    writeFileSync(`${this.file}.part`, JSON.stringify({ revision, version }));
    renameSync(`${this.file}.part`, this.file);
  }
}
