import { pathProblem } from '../domain/artifact.js';
import type { ListedObject } from './artifact-store.js';
import { uriBelow } from './listing.js';
import { ManifestLacks } from './manifest-lacks.js';
import type { OciDescriptor } from './oci-manifest.js';
import { StoreError } from './store-error.js';

// OCI image specification, "Pre-Defined Annotation Keys": the name under which a layer's bytes are a file.
const TITLE = 'org.opencontainers.image.title';
// Set by ORAS on a layer that is a packed folder.
const PACKED = 'io.deis.oras.content.unpack';

/** The layers of an artifact as files, each under its title. Throws a StoreError rather than leave one out. */
export function filesOf(prefix: string, layers: readonly OciDescriptor[]): ListedObject[] {
  const files = layers.map((layer) => {
    const path = layer.annotations[TITLE];
    const amiss = (text: string): StoreError =>
      new StoreError('unsupported', prefix, `the layer ${layer.digest} ${text}`);
    if (path === undefined) throw amiss(`is no file: it has no title (${TITLE})`);
    const problem = pathProblem(path);
    if (problem !== null) throw amiss(`has the title ${JSON.stringify(path.slice(0, 200))}, which ${problem}`);
    if (layer.annotations[PACKED] === 'true') throw amiss('is a packed folder, and only files are read');
    return { path, uri: uriBelow(prefix, path), size: layer.size, etag: layer.digest };
  });
  if (files.length === 0) throw new ManifestLacks(prefix, 'the artifact has no layers');
  const paths = new Set<string>();
  for (const { path } of files) {
    if (paths.has(path))
      throw new StoreError('unsupported', prefix, `two layers have the title ${JSON.stringify(path)}`);
    paths.add(path);
  }
  return files;
}

/** The layer whose bytes are the file of this title. Throws a StoreError when there is none, or more than one. */
export function layerTitled(uri: string, layers: readonly OciDescriptor[], path: string): OciDescriptor {
  const [layer, ...more] = layers.filter(({ annotations }) => annotations[TITLE] === path);
  if (layer === undefined) throw new ManifestLacks(uri, 'the artifact has no layer with this title');
  if (more.length > 0) throw new StoreError('unsupported', uri, 'two layers of the artifact have this title');
  return layer;
}
