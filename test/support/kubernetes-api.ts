import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { listenAnywhere } from './s3-ports.js';
import { selfSigned } from './self-signed.js';

/** What the server does instead of answering as documented. `lookalike`: a 404 page of something that is no API. */
export type Misbehaviour = 'slow' | 'stuck' | 'cut' | 'garbled' | 'endless' | 'lookalike' | 'elsewhere' | 503;

/**
 * A server that answers `GET /api/v1/namespaces/{namespace}/secrets/{name}` over HTTPS as the Kubernetes API documents it
 * (core/v1 Secret, meta/v1 Status), for one bearer token. It is no API server, and stands in because none can be installed
 * where these tests run: it has no RBAC, only a list of the namespaces that the account may read.
 */
export interface KubernetesApi {
  readonly url: string;
  readonly token: string;
  /** Values by `namespace/name`, then by key. */
  readonly secrets: Map<string, Record<string, string>>;
  readonly readable: Set<string>;
  /** Method and path of every request, with the status that it got. */
  readonly asked: { line: string; status: number }[];
  misbehaves: Misbehaviour | null;
  /** Writes a kubeconfig for it into the folder; with another token, one that it does not accept. */
  writeKubeconfig(folder: string, token?: string): Promise<string>;
  /** Lays out what a pod finds of its service account below `root`, and returns the variables that a pod has. */
  mountAccount(root: string): Promise<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1. */
export async function startKubernetesApi(): Promise<KubernetesApi> {
  const { certificate, key } = selfSigned();
  const server = createServer({ cert: certificate, key: key.export({ type: 'pkcs8', format: 'pem' }) });
  const port = await listenAnywhere(server);
  const api: KubernetesApi = {
    url: `https://127.0.0.1:${port}`,
    token: `account-${randomUUID()}`,
    secrets: new Map(),
    readable: new Set(),
    asked: [],
    misbehaves: null,
    async writeKubeconfig(folder, token = api.token) {
      const path = join(folder, `kubeconfig-${randomUUID()}.yaml`);
      const cluster = { server: api.url, 'certificate-authority-data': Buffer.from(certificate).toString('base64') };
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'tests', cluster }],
        users: [{ name: 'checks', user: { token } }],
        contexts: [{ name: 'tests', context: { cluster: 'tests', user: 'checks' } }],
        'current-context': 'tests',
      };
      await writeFile(path, JSON.stringify(config)); // JSON is YAML
      return path;
    },
    async mountAccount(root) {
      const folder = join(root, 'var/run/secrets/kubernetes.io/serviceaccount');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'ca.crt'), certificate);
      await writeFile(join(folder, 'token'), api.token);
      return { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(port) };
    },
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const status = api.misbehaves === null ? answer(api, request, response) : misbehave(api, request, response);
    api.asked.push({ line: `${request.method} ${request.url}`, status });
  });
  return api;
}

function answer(api: KubernetesApi, request: IncomingMessage, response: ServerResponse): number {
  const { authorization } = request.headers;
  const [, namespace = '', name = ''] =
    /^\/api\/v1\/namespaces\/([^/]+)\/secrets\/([^/]+)$/.exec(request.url ?? '') ?? [];
  if (authorization !== `Bearer ${api.token}`)
    return send(response, 401, statusObject(401, 'Unauthorized', 'Unauthorized'));
  if (!api.readable.has(namespace)) {
    const who = 'User "system:serviceaccount:lastgood:worker" cannot get resource "secrets" in API group ""';
    const text = `secrets "${name}" is forbidden: ${who} in the namespace "${namespace}"`;
    return send(response, 403, statusObject(403, 'Forbidden', text));
  }
  const secret = api.secrets.get(`${namespace}/${name}`);
  if (!secret) return send(response, 404, statusObject(404, 'NotFound', `secrets "${name}" not found`));
  return send(response, 200, secretObject(namespace, name, secret));
}

function secretObject(namespace: string, name: string, values: Record<string, string>): string {
  const encoded = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  const data = encoded.length === 0 ? {} : { data: Object.fromEntries(encoded) };
  return JSON.stringify({ kind: 'Secret', apiVersion: 'v1', metadata: { name, namespace }, ...data, type: 'Opaque' });
}

function misbehave(api: KubernetesApi, request: IncomingMessage, response: ServerResponse): number {
  const [, namespace = '', name = ''] = /namespaces\/([^/]+)\/secrets\/([^/]+)$/.exec(request.url ?? '') ?? [];
  const values = api.secrets.get(`${namespace}/${name}`) ?? {};
  const whole = secretObject(namespace, name, values);
  const half = `${Object.values(values).join(' ')} ${whole.slice(0, -20)}`;
  const begin = () => {
    response.writeHead(200, { 'content-length': whole.length }).write(whole.slice(0, -20));
    return 200;
  };
  const ways: Record<Misbehaviour, () => number> = {
    stuck: () => 0,
    slow: begin,
    cut: () => {
      setImmediate(() => response.destroy());
      return begin();
    },
    garbled: () => send(response, 200, half),
    endless: () => send(response, 200, `${half}${' '.repeat(5 * 1024 * 1024)}`),
    lookalike: () => send(response, 404, '<html><body>Not Found</body></html>'),
    elsewhere: () => send(response.setHeader('location', `${api.url}/elsewhere`), 302, ''),
    503: () => send(response, 503, statusObject(503, 'ServiceUnavailable', `etcd: ${half}`)),
  };
  return api.misbehaves === null ? 0 : ways[api.misbehaves]();
}

// meta/v1 Status, as an API server sends it with every refusal.
function statusObject(code: number, reason: string, message: string): string {
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code });
}

function send(response: ServerResponse, code: number, body: string): number {
  response.writeHead(code, { 'content-type': 'application/json' }).end(body);
  return code;
}
