/** The list in pieces of `size` at most, in its order. */
export function* inPieces<T>(list: readonly T[], size: number): Generator<T[]> {
  for (let from = 0; from < list.length; from += size) yield list.slice(from, from + size);
}
