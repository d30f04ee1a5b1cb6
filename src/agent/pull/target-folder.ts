import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ignoring, systemCode } from '../../platform/files/system-code.js';
import { syncFolder } from '../cache/durable.js';
import { PullFailure } from './pull-failure.js';

/** The folder that a version is to appear as, in one step. */
export class TargetFolder {
  readonly path: string;
  /** Where what is not complete yet lies: beside the folder, on the same file system, and the same at each try. */
  readonly work: string;

  constructor(path: string) {
    this.path = resolve(path);
    this.work = join(dirname(this.path), `.${basename(this.path)}.lastgood-pull`);
  }

  /**
   * Whether there is something in it. Throws a PullFailure where it cannot be replaced in one step: it is a file, or a
   * file system of its own is mounted there, as the volumes of a pod are.
   */
  async isFilled(): Promise<boolean> {
    await mkdir(dirname(this.path), { recursive: true });
    const found = await stat(this.path).catch(ignoring('ENOENT'));
    if (found === undefined) return false;
    if (!found.isDirectory()) throw new PullFailure('folder-taken', `${this.path} is a file: name a folder.`);
    const around = await stat(dirname(this.path));
    if (around.dev !== found.dev) throw this.#mounted();
    return (await readdir(this.path)).length > 0;
  }

  /** Makes the folder appear, whole. Throws a PullFailure where somebody else filled it meanwhile. */
  async become(complete: string): Promise<void> {
    try {
      await rename(complete, this.path);
    } catch (error) {
      const code = systemCode(error);
      if (code === 'EBUSY' || code === 'EXDEV') throw this.#mounted();
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
      throw new PullFailure('folder-taken', `${this.path} was filled by somebody else meanwhile.`);
    }
    await syncFolder(dirname(this.path));
  }

  #mounted(): PullFailure {
    const advice = `name a folder below it, such as ${join(this.path, 'model')}`;
    return new PullFailure(
      'folder-unusable',
      `${this.path} is a mount point, and a folder must appear whole: ${advice}.`,
    );
  }
}
