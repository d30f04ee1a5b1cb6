import type { ListedObject } from '../../src/stores/artifact-store.js';

/** All files that a listing gives. */
export async function allListed(listing: AsyncIterable<ListedObject>): Promise<ListedObject[]> {
  const files: ListedObject[] = [];
  for await (const file of listing) files.push(file);
  return files;
}
