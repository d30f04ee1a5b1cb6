import { parseDigest, type Digest } from '../domain/digest.js';

/** What a manifest says of a blob or of another manifest (OCI image specification, "Descriptors"). `size` is in bytes. */
export interface OciDescriptor {
  readonly digest: Digest;
  readonly size: number;
  readonly mediaType: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Whether it may lie elsewhere and be missing here (a foreign layer). */
  readonly foreign: boolean;
  /** `os/architecture[/variant]` of an image in an index. */
  readonly platform?: string;
}

/** An index of manifests, or a manifest of blobs: `config` is left out where there is none. */
export type OciManifest =
  | { readonly kind: 'index'; readonly manifests: readonly OciDescriptor[] }
  | { readonly kind: 'manifest'; readonly config?: OciDescriptor; readonly layers: readonly OciDescriptor[] };

/** Every kind of manifest that `parseManifest` reads, for the Accept header. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.artifact.manifest.v1+json',
] as const;

/**
 * The bytes of a manifest, understood by what they hold: some registries serve them under a wrong media type, and the
 * digest vouches for the bytes alone. Null where they are no manifest of these kinds.
 */
export function parseManifest(bytes: Uint8Array): OciManifest | null {
  const json = asJson(bytes);
  if (json === null) return null;
  if (Array.isArray(json.manifests)) {
    const manifests = json.manifests.map((entry) => descriptor(entry));
    return manifests.includes(null) ? null : { kind: 'index', manifests: present(manifests) };
  }
  const blobs = json.layers ?? json.blobs;
  if (!Array.isArray(blobs)) return null;
  const layers = blobs.map((entry) => descriptor(entry));
  if (layers.includes(null)) return null;
  if (json.config === undefined) return { kind: 'manifest', layers: present(layers) };
  const config = descriptor(json.config);
  return config === null ? null : { kind: 'manifest', config, layers: present(layers) };
}

/** The media type that a manifest says it has; null where it says none (an OCI manifest may leave it out). */
export function mediaTypeOf(bytes: Uint8Array): string | null {
  const mediaType = asJson(bytes)?.mediaType;
  return typeof mediaType === 'string' && /^[\w.+/-]{1,200}$/.test(mediaType) ? mediaType : null;
}

/** All blobs of a manifest that its registry must have, each once. */
export function blobsOf(manifest: OciManifest & { kind: 'manifest' }): OciDescriptor[] {
  const blobs = [manifest.config, ...manifest.layers].filter((blob) => blob !== undefined);
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
}

function descriptor(value: unknown): OciDescriptor | null {
  if (!isRecord(value)) return null;
  const digest = parseDigest(value.digest);
  const { size } = value;
  if (digest === null || typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return null;
  const platform = platformOf(value.platform);
  return {
    digest,
    size,
    mediaType: typeof value.mediaType === 'string' ? value.mediaType : 'application/octet-stream',
    annotations: texts(value.annotations),
    foreign: Array.isArray(value.urls) && value.urls.length > 0,
    ...(platform === null ? {} : { platform }),
  };
}

function platformOf(value: unknown): string | null {
  if (!isRecord(value)) return null;
  const parts = [value.os, value.architecture, value.variant].filter((part) => typeof part === 'string' && part !== '');
  return parts.length < 2 ? null : parts.join('/');
}

function texts(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function asJson(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function present(descriptors: readonly (OciDescriptor | null)[]): OciDescriptor[] {
  return descriptors.filter((one) => one !== null);
}
