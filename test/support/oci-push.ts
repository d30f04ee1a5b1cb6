import { rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, hexOf, type Digest } from '../../src/domain/digest.js';

/** A descriptor as manifests hold it. */
export interface Pushed {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Readonly<Record<string, string>>;
  readonly urls?: readonly string[];
}

export const IMAGE_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const IMAGE_INDEX = 'application/vnd.oci.image.index.v1+json';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** Pushes real blobs, manifests and indexes to one repository by the OCI distribution API. */
export class OciPusher {
  constructor(
    readonly host: string,
    readonly repository: string,
    private readonly authorization?: string,
  ) {}

  async blob(bytes: Uint8Array, mediaType = LAYER): Promise<Pushed> {
    const digest = digestOf(bytes);
    const begun = await this.#send('POST', `blobs/uploads/`);
    const location = new URL(begun.headers.get('location') ?? '', `http://${this.host}`);
    location.searchParams.set('digest', digest);
    await this.#send('PUT', location, bytes, 'application/octet-stream');
    return { mediaType, digest, size: bytes.byteLength };
  }

  async manifest(layers: readonly Pushed[], mediaType = IMAGE_MANIFEST, tag?: string): Promise<Pushed> {
    const about =
      mediaType === DOCKER_MANIFEST
        ? 'application/vnd.docker.container.image.v1+json'
        : 'application/vnd.oci.image.config.v1+json';
    // Every image has a config of its own, so no two share one unless they are meant to.
    const config = await this.blob(Buffer.from(JSON.stringify({ made: layers.map(({ digest }) => digest) })), about);
    return this.raw({ schemaVersion: 2, mediaType, config, layers }, mediaType, tag);
  }

  async index(manifests: readonly Pushed[], mediaType = IMAGE_INDEX): Promise<Pushed> {
    return this.raw({ schemaVersion: 2, mediaType, manifests }, mediaType);
  }

  /** Any JSON as a manifest, under its digest or a tag. */
  async raw(json: unknown, mediaType: string, tag?: string): Promise<Pushed> {
    const bytes = Buffer.from(JSON.stringify(json));
    const digest = digestOf(bytes);
    await this.#send('PUT', `manifests/${tag ?? digest}`, bytes, mediaType);
    return { mediaType, digest, size: bytes.byteLength };
  }

  async delete(kind: 'manifests' | 'blobs', { digest }: { digest: Digest }): Promise<void> {
    await this.#send('DELETE', `${kind}/${digest}`);
  }

  imageOf({ digest }: { digest: Digest }): string {
    return `${this.host}/${this.repository}@${digest}`;
  }

  uriOf(pushed: { digest: Digest }): string {
    return `oci://${this.imageOf(pushed)}`;
  }

  async #send(method: string, path: string | URL, body?: Uint8Array, contentType?: string): Promise<Response> {
    const url = new URL(path, `http://${this.host}/v2/${this.repository}/`);
    const headers = {
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...(this.authorization === undefined ? {} : { authorization: this.authorization }),
    };
    const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: Buffer.from(body) }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${url.href} answered ${response.status}: ${text}`);
    return response;
  }
}

/** The bytes of a blob or manifest in the folder of a registry, to be damaged behind its back. */
export class StoredBlob {
  readonly #path: string;

  constructor(folder: string, { digest }: { digest: Digest }) {
    const hex = hexOf(digest);
    this.#path = join(folder, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
  }

  async cutTo(size: number): Promise<void> {
    await truncate(this.#path, size);
  }

  async overwrite(bytes: Uint8Array): Promise<void> {
    await writeFile(this.#path, bytes);
  }

  async remove(): Promise<void> {
    await rm(this.#path);
  }
}
