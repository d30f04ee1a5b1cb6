/** A part of what a version names: its things from `first` to `last`, both of them included. */
export interface Part {
  readonly modelId: number;
  readonly version: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Versions in groups of parts that name at most `most` things together: many small ones in one, a big one over several.
 * Things are counted from 0; a version has at least one.
 */
export function* partsOf(
  versions: readonly { readonly modelId: number; readonly version: number; readonly size: number }[],
  most: number,
): Generator<Part[]> {
  let group: Part[] = [];
  let room = most;
  for (const { modelId, version, size } of versions) {
    for (let first = 0; first < size;) {
      const count = Math.min(room, size - first);
      group.push({ modelId, version, first, last: first + count - 1 });
      first += count;
      room -= count;
      if (room > 0) continue;
      yield group;
      [group, room] = [[], most];
    }
  }
  if (group.length > 0) yield group;
}
