// How things read to people. Programs get the plain values with --json.

const UNITS: [string, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** A length of time in milliseconds: `41 ms`, `1.2 s`, `12 minutes`, `3 days`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  return wholeUnits(ms);
}

function wholeUnits(ms: number): string {
  const [name, length] = UNITS.find(([, unit]) => ms >= unit) ?? ['second', 1_000];
  return counted(Math.floor(ms / length), name);
}

/** How long ago an RFC 3339 time was: `just now`, `3 minutes ago`. Clocks differ a little, so the future is now. */
export function ago(time: string, now: Date): string {
  const ms = now.getTime() - Date.parse(time);
  return ms < 2_000 ? 'just now' : `${wholeUnits(ms)} ago`;
}

/** A size in bytes: `812 B`, `2.2 MiB`. */
export function bytes(size: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = size < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(size) / 10));
  return power === 0 ? `${size} B` : `${(size / 1024 ** power).toFixed(1)} ${units[power]}`;
}

/** Twelve digits of a digest, enough to tell versions apart in a list. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}

/** An image reference with a shortened digest. */
export function shortImage(image: string | null): string {
  return image === null ? '' : image.replace(/@sha256:([0-9a-f]{12})[0-9a-f]+$/, '@$1');
}

/** `v184`, or a dash for none. */
export function versionName(version: number | null): string {
  return version === null ? '–' : `v${version}`;
}

/** `3 artifacts`, `1 artifact`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
