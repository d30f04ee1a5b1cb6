import type { ArtifactStore, ReadableStore } from '../../src/stores/artifact-store.js';
import type { Digest } from '../../src/domain/digest.js';

/** A store that can be read, with the means to lay things there and to take it away. */
export interface ReadableUnderTest {
  readonly store: ReadableStore;
  /** The URI of an object with this name, whether or not it is there. */
  uriNamed(name: string): string;
  /** Puts an object there without the store's help; answers its URI. */
  plant(name: string, bytes: Uint8Array): Promise<string>;
  /** Runs while an object at `uri` is there but may not be read. */
  whileForbidden<T>(look: (uri: string) => Promise<T>): Promise<T>;
  /** Runs while the storage behind `uriNamed` cannot be reached. */
  whileUnreachable<T>(look: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A store with the means to change what lies in it behind its back. */
export interface StoreUnderTest extends ReadableUnderTest {
  readonly store: ArtifactStore;
  /** Makes an empty folder, the way people make them there. */
  plantFolder(name: string): Promise<void>;
  /** Replaces what lies under the digest. */
  damage(digest: Digest, bytes: Uint8Array): Promise<void>;
  /** What unfinished uploads have left, however well hidden. */
  leftovers(): Promise<string[]>;
}

export type MakeReadable = () => Promise<ReadableUnderTest>;
export type MakeStore = () => Promise<StoreUnderTest>;
