import { digestOf } from '../../../src/domain/digest.js';
import type { FilesOf } from './put-files.js';
import type { Truth } from './watch-models.js';

export const OLD_VERSION = { model: 'fraud', version: 1 };
export const NEW_VERSION = { model: 'fraud', version: 2 };
export const OLD_FILES = { 'weights/base': 'base', head: 'one' };
export const NEW_FILES = { 'weights/base': 'base', 'weights/deep/er': 'deeper', head: 'two' };

/** What the models must hold, by `model/vN`. */
export const SWAPPED: Truth = { 'fraud/v1': digests(OLD_FILES), 'fraud/v2': digests(NEW_FILES) };

function digests(files: FilesOf): Truth[string] {
  return Object.fromEntries(Object.entries(files).map(([path, bytes]) => [path, digestOf(bytes)]));
}
