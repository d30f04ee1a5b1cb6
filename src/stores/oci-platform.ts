import type { OciDescriptor } from './oci-manifest.js';

/** The platform that nodes run on where nothing else is configured. */
export const USUAL_PLATFORM = 'linux/amd64';

// The variant that an image has when it names none (OCI image specification, "Platform Variants").
const UNSAID: Readonly<Record<string, string>> = { amd64: 'v1', arm64: 'v8', arm: 'v7' };

/**
 * The entry of an index for the platform `os/architecture[/variant]`, the first of the best ones, as runtimes take it;
 * null: none. Best is the variant wanted; else the one nearest below it, since a processor runs what was made for the
 * ones before it. Where no variant is wanted, any is better than none.
 */
export function entryFor(platform: string, entries: readonly OciDescriptor[]): OciDescriptor | null {
  const wanted = parts(platform);
  const found = entries.flatMap((entry) => {
    if (entry.platform === undefined) return [];
    const has = parts(entry.platform);
    if (has.os !== wanted.os || has.architecture !== wanted.architecture) return [];
    const distance = has.variant === wanted.variant ? 0 : levelOf(wanted.variant) - levelOf(has.variant);
    if (distance >= 0) return [{ entry, distance }];
    return wanted.written === undefined ? [{ entry, distance: Infinity }] : [];
  });
  return found.toSorted((a, b) => a.distance - b.distance || 0)[0]?.entry ?? null;
}

// `v7` is 7. What is written in any other way is like nothing but itself.
function levelOf(variant: string | undefined): number {
  const [, level] = /^v(\d{1,3})$/.exec(variant ?? '') ?? [];
  return level === undefined ? NaN : Number(level);
}

interface PlatformParts {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | undefined;
  /** The variant as it was written; undefined where any will do. */
  readonly written: string | undefined;
}

function parts(platform: string): PlatformParts {
  const [os = '', architecture = '', written] = platform.split('/');
  return { os, architecture, variant: written ?? UNSAID[architecture], written };
}
