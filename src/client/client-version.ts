import { createRequire } from 'node:module';

// The package reads its own manifest by its own name, which works from dist/ and from the sources alike.
const manifest: { version: string } = createRequire(import.meta.url)('lastgood/package.json');

/** The version of this package, as in package.json. */
export const CLIENT_VERSION = manifest.version;
