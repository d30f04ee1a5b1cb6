import { Injectable } from '@nestjs/common';
import { ContentMismatch } from '../../stores/content-mismatch.js';
import { StoreError } from '../../stores/store-error.js';
import { StoreRefusal } from '../../stores/store-refusal.js';
import { StoreSet } from '../../stores/store-set.js';
import type { ArtifactStore, ObjectObservation } from '../../stores/artifact-store.js';
import { Refusal } from '../../contract/refusal.js';

/** The stores of this process, as the registry's features use them. */
@Injectable()
export class ArtifactStores {
  constructor(private readonly stores: StoreSet) {}

  /** Where uploads go and come from. */
  get uploads(): ArtifactStore {
    return this.stores.uploads;
  }

  /** Why no store serves the URI, or null when one does. */
  async uriProblem(uri: string): Promise<string | null> {
    const store = await this.stores.forUri(uri);
    return store instanceof StoreRefusal ? `cannot be used: ${store.text}` : null;
  }

  /** What can be seen at the URI now, or why it may not even be looked at. */
  async stat(uri: string, signal: AbortSignal): Promise<ObjectObservation | StoreRefusal> {
    const store = await this.stores.forUri(uri);
    return store instanceof StoreRefusal ? store : store.stat(uri, { signal });
  }

  /** What can be seen of a container image now, or why it may not even be looked at. */
  async statImage(image: string, signal: AbortSignal): Promise<ObjectObservation | StoreRefusal> {
    return this.stores.statImage(image, { signal });
  }
}

/** The refusal for what a store could not do, or null where the error is a surprise. */
export function storeRefusal(error: unknown): Refusal | null {
  if (error instanceof ContentMismatch) {
    const code = error.code === 'too-few-bytes' ? 'upload-incomplete' : 'upload-mismatch';
    return new Refusal(code, `${error.message}. Nothing was stored; send the bytes again.`);
  }
  if (error instanceof Error && error.name === 'AbortError')
    return new Refusal('upload-incomplete', 'The connection ended before the bytes did. Nothing was stored.');
  if (!(error instanceof StoreError)) return null;
  if (error.code === 'missing') return new Refusal('artifact-not-found', error.message);
  if (error.code === 'range-outside') return new Refusal('range-outside', error.message);
  return new Refusal(
    'store-unreachable',
    `${error.message}. Check the store and its configuration (\`lastgood config\`).`,
  );
}
