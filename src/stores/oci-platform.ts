import type { OciDescriptor } from './oci-manifest.js';

/** The platform that nodes run on where nothing else is configured. */
export const USUAL_PLATFORM = 'linux/amd64';

// The variant that an image has when it names none (OCI image specification, "Platform Variants").
const UNSAID: Readonly<Record<string, string>> = { arm64: 'v8', arm: 'v7' };

/** The entry of an index for the platform `os/architecture[/variant]`, the first one as runtimes take it; null: none. */
export function entryFor(platform: string, entries: readonly OciDescriptor[]): OciDescriptor | null {
  const wanted = parts(platform);
  const fits = ({ platform: has }: OciDescriptor): boolean => {
    if (has === undefined) return false;
    const { os, architecture, variant } = parts(has);
    if (os !== wanted.os || architecture !== wanted.architecture) return false;
    return wanted.written === undefined || variant === wanted.variant;
  };
  return entries.find(fits) ?? null;
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
