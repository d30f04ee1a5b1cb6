/** Bytes from `start` up to, and without, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** The bytes of a file that are there: ranges in order, none of which touch. */
export type Ranges = readonly ByteRange[];

/** The ranges with one more. It may overlap what is there. */
export function withRange(ranges: Ranges, added: ByteRange): Ranges {
  if (added.end <= added.start) return ranges;
  const before = ranges.filter(({ end }) => end < added.start);
  const after = ranges.filter(({ start }) => start > added.end);
  const touching = ranges.slice(before.length, ranges.length - after.length);
  const start = Math.min(added.start, ...touching.map((range) => range.start));
  const end = Math.max(added.end, ...touching.map((range) => range.end));
  return [...before, { start, end }, ...after];
}

/** How many bytes the ranges have. */
export function bytesIn(ranges: Ranges): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}

/** How many bytes are there from the file's first one on, without a gap. */
export function frontOf(ranges: Ranges): number {
  const [first] = ranges;
  return first?.start === 0 ? first.end : 0;
}

/** What a file of this size lacks, in order, cut where a multiple of `partBytes` lies. */
export function missingIn(ranges: Ranges, size: number, partBytes: number): ByteRange[] {
  const missing: ByteRange[] = [];
  let at = 0;
  for (const { start, end } of [...ranges, { start: size, end: size }]) {
    while (at < start) {
      const cut = Math.min(start, (Math.floor(at / partBytes) + 1) * partBytes);
      missing.push({ start: at, end: cut });
      at = cut;
    }
    at = end;
  }
  return missing;
}

/** The ranges in `value`, or null where it is no such list inside a file of this size. */
export function rangesIn(value: unknown, size: number): Ranges | null {
  if (!Array.isArray(value)) return null;
  let at = -1;
  const ranges: ByteRange[] = [];
  for (const one of value as unknown[]) {
    const { start, end } = (one ?? {}) as Partial<ByteRange>;
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end)) return null;
    const range = { start: start ?? 0, end: end ?? 0 };
    if (range.start <= at || range.end <= range.start || range.end > size) return null;
    ranges.push(range);
    at = range.end;
  }
  return ranges;
}
