const UNITS = ['kB', 'MB', 'GB', 'TB'] as const;

/** A number of bytes for people, in powers of 1000 and with three digits: `140 GB`, `1.23 MB`, `512 bytes`. */
export function sizeText(bytes: number): string {
  if (bytes < 0) return sizeText(0);
  if (bytes < 1000) return `${Math.floor(bytes)} bytes`;
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length);
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${UNITS[power - 1] ?? ''}`;
}
