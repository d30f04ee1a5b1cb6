const SIZE = /^(\d{1,15}(?:\.\d{1,6})?) ?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)?$/;
const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** Reads `800GB`, `1.5 TiB` or `4096` (bytes); null for anything else. Bytes, whole ones. */
export function parseByteSize(text: string): number | null {
  const [, count = '', unit = 'B'] = SIZE.exec(text.trim()) ?? [];
  const bytes = Math.round(Number(count) * (UNITS[unit] ?? 1));
  return count === '' || !Number.isSafeInteger(bytes) ? null : bytes;
}
