import pLimit, { type LimitFunction } from 'p-limit';
import type { NodeCache } from '../cache/node-cache.js';
import type { ReadableStore } from '../../stores/artifact-store.js';
import { StoreRefusal } from '../../stores/store-refusal.js';
import { DownloadFailure } from './download-failure.js';
import { HashThread } from './hash-thread.js';
import { KeyedTurns } from './keyed-turns.js';
import type { DownloadSettings } from './settings.js';

/** Where bytes come from: `StoreSet`, as far as downloads need it. */
export interface Sources {
  forUri(uri: string): Promise<ReadableStore | StoreRefusal>;
}

/** What all downloads of a process share. */
export class Tools {
  readonly hashes = new HashThread();
  readonly turns = new KeyedTurns();
  /** Parts take their turn here, those of the file that came first in front. */
  readonly parts: LimitFunction;
  readonly files: LimitFunction;

  constructor(
    readonly cache: NodeCache,
    private readonly sources: Sources,
    readonly settings: DownloadSettings,
  ) {
    this.parts = pLimit(settings.parts);
    this.files = pLimit(settings.files);
  }

  /** The store that serves the URI. Throws a DownloadFailure where none does. */
  async storeOf(uri: string): Promise<ReadableStore> {
    const store = await this.sources.forUri(uri);
    if (store instanceof StoreRefusal) throw new DownloadFailure('unsupported', store.text);
    return store;
  }
}
