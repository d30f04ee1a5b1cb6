import { pathProblem } from '../domain/artifact.js';
import { parseDigest, type Digest } from '../domain/digest.js';
import { shownUri } from './shown-uri.js';
import { StoreRefusal } from './store-refusal.js';

/** One thing in a registry, by digest: a manifest, an index or a blob. */
export interface OciReference {
  /** The host as references have it: `docker.io` for Docker Hub. */
  readonly registry: string;
  readonly repository: string;
  readonly digest: Digest;
}

const URI = /^oci:\/\/([^/]*)\/([^@]*@sha256:[0-9a-f]{64})(?:\/([^?#]*))?$/is;
const DOCKER_HUB = 'docker.io';
// Docker Hub's API has a host of its own.
const DOCKER_HUB_API = 'registry-1.docker.io';

const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;
// OCI distribution specification 1.1, "Pulling manifests": names, tags.
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/**
 * What an `oci://` URI names: with `path` null the one thing under the digest, with '' all files of an artifact, else
 * the file of that title.
 */
export interface OciTarget {
  readonly at: OciReference;
  readonly path: string | null;
}

/** What `oci://host/repository[:tag]@sha256:…[/path]` names. The digest decides; a tag beside it is for people. */
export function targetOfOciUri(uri: string): OciTarget | StoreRefusal {
  const [, registry = '', rest = '', encoded] = URI.exec(uri) ?? [];
  const at = parsed(registry, rest);
  if (at === null) return malformed(uri, 'must be written oci://host/repository@sha256:<64 hex>');
  if (encoded === undefined || encoded === '') return { at, path: encoded ?? null };
  const path = decoded(encoded);
  if (path === null) return malformed(uri, 'holds a % that is not followed by two hex digits of UTF-8: a % is %25');
  const problem = pathProblem(path);
  return problem === null ? { at, path } : malformed(uri, `names a file whose path ${problem}`);
}

/**
 * What the reference of a container image names, `[host/]repository[:tag]@sha256:…`. Without a host it lies on Docker
 * Hub, as every container runtime has it, and there `name` is short for `library/name`.
 */
export function referenceOfImage(image: string): OciReference | StoreRefusal {
  const slash = image.indexOf('/');
  const first = image.slice(0, Math.max(slash, 0));
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const [registry, rest] = isHost ? [first, image.slice(slash + 1)] : [DOCKER_HUB, image];
  return parsed(registry, rest) ?? malformed(image, 'must be an image by digest, host/repository@sha256:<64 hex>');
}

/** The `oci://` URI of what a reference names, the same for all ways to write it. */
export function ociUriOf({ registry, repository, digest }: OciReference): string {
  return `oci://${registry}/${repository}@${digest}`;
}

/** The host, with its port, that the registry's API lies on. */
export function apiHostOf(registry: string): string {
  return registry === DOCKER_HUB ? DOCKER_HUB_API : registry;
}

function parsed(host: string, rest: string): OciReference | null {
  const [name = '', digestText, ...more] = rest.split('@');
  const digest = parseDigest(digestText);
  if (digest === null || more.length > 0 || !HOST.test(host)) return null;
  const [path = '', tag, ...tags] = name.split(':');
  if (tags.length > 0 || (tag !== undefined && !TAG.test(tag)) || !REPOSITORY.test(path)) return null;
  const registry = canonicalHost(host);
  const repository = registry === DOCKER_HUB && !path.includes('/') ? `library/${path}` : path;
  return { registry, repository, digest };
}

function canonicalHost(host: string): string {
  const lower = host.toLowerCase();
  return lower === 'index.docker.io' || lower === DOCKER_HUB_API ? DOCKER_HUB : lower;
}

function malformed(text: string, problem: string): StoreRefusal {
  return new StoreRefusal('malformed-uri', `${shownUri(text)} ${problem}`);
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
