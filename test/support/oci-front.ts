import { rm } from 'node:fs/promises';
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { MANIFEST_TYPES } from '../../src/stores/oci-manifest.js';
import type { OciServer } from './oci-server.js';
import { listenAnywhere } from './s3-ports.js';

/** A registry in front of the tests' own one, which cannot delete tags. */
export interface OciFront {
  readonly host: string;
  /** Whether a manifest goes with its last tag, as in some clouds' registries. */
  deletesManifests: boolean;
  /** Whether it knows no deletion of tags, and answers 404 to it. */
  knowsNoDeletion: boolean;
  /** Whether it has lost the registry, and answers 404 to everything, as a proxy does. */
  isLost: boolean;
  /** Each request waits for this first; it is asked for with the request's path. */
  before: (path: string) => Promise<void>;
  close(): Promise<void>;
}

const TAGGED = /^\/v2\/(.+)\/manifests\/([^/:]+)$/;

/** Passes everything on to the registry, but deletes a tag where it is asked to, in the registry's own store. */
export async function startOciFront(registry: OciServer): Promise<OciFront> {
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  const front: OciFront = {
    host: `127.0.0.1:${await listenAnywhere(server)}`,
    deletesManifests: false,
    knowsNoDeletion: false,
    isLost: false,
    before: async () => undefined,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, repository, tag] = (request.method === 'DELETE' && TAGGED.exec(request.url ?? '')) || [];
    await front.before(request.url ?? '');
    if (front.isLost) return void response.writeHead(404).end('<html>');
    if (repository === undefined || tag === undefined) return passOn(registry.host, request, response);
    if (front.knowsNoDeletion) return void response.writeHead(404).end('404 page not found');
    const url = `http://${registry.host}/v2/${repository}/manifests/`;
    const found = await fetch(url + tag, { method: 'HEAD', headers: { accept: MANIFEST_TYPES.join(', ') } });
    const digest = found.headers.get('docker-content-digest');
    await rm(join(registry.folder, 'docker/registry/v2/repositories', repository, '_manifests/tags', tag), {
      recursive: true,
      force: true,
    });
    if (front.deletesManifests && digest !== null) await fetch(url + digest, { method: 'DELETE' });
    response.writeHead(digest === null ? 404 : 202).end();
  };
  return front;
}

function passOn(host: string, request: IncomingMessage, response: ServerResponse): void {
  const [hostname, port] = host.split(':');
  const { method, url, headers } = request;
  const onward = ask({ hostname, port, method, path: url, headers: { ...headers, host } }, (answered) => {
    response.writeHead(answered.statusCode ?? 502, answered.headers);
    answered.pipe(response);
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}
