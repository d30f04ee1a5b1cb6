import { randomUUID, sign } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { RegistryAuth } from './oci-server.js';
import { listenAnywhere } from './s3-ports.js';
import { selfSigned } from './self-signed.js';

/** A token server (distribution project, "Token Authentication Specification") for one user. */
export interface TokenServer {
  readonly host: string;
  readonly user: { readonly username: string; readonly password: string };
  /** For the registry that is to believe its tokens. */
  readonly auth: RegistryAuth;
  /** Every request for a token: its scope, and the status it got. */
  readonly asked: { scope: string; status: number }[];
  /** How long its tokens last, in seconds. */
  lifetime: number;
  /** What its user may do, of what a scope may ask for. */
  allowed: string[];
  /** What it answers instead, while this is not null. */
  instead: { status: number; headers?: Record<string, string>; body?: string } | null;
  /** A token for these scopes, without asking. */
  issue(scope: string): string;
  close(): Promise<void>;
}

const ISSUER = 'tests';
const SERVICE = 'registry of the tests';

/** Starts a token server on 127.0.0.1. Who names no user gets tokens that open nothing. */
export async function startTokenServer(): Promise<TokenServer> {
  const { certificate, der, key } = selfSigned();
  const user = { username: 'reader', password: `p${randomUUID()}` };
  const server = createServer();
  const host = `127.0.0.1:${await listenAnywhere(server)}`;
  const issue = (scope: string): string => {
    const now = Math.floor(Date.now() / 1000);
    const access = accessOf(scope, tokens.allowed);
    const claims = { iss: ISSUER, sub: '', aud: SERVICE, exp: now + 300, nbf: now - 10, iat: now, jti: randomUUID() };
    const head = { typ: 'JWT', alg: 'ES256', x5c: [der.toString('base64')] };
    const signed = [head, { ...claims, access }].map((part) => base64url(JSON.stringify(part))).join('.');
    const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  };
  const auth = {
    token: { realm: `http://${host}/token`, service: SERVICE, issuer: ISSUER, rootCertificate: certificate },
  };
  const tokens: TokenServer = {
    host,
    user,
    auth,
    asked: [],
    lifetime: 60,
    allowed: ['pull', 'push', 'delete', '*'],
    instead: null,
    issue,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
  server.on('request', (request, response) => {
    const scope = new URL(request.url ?? '', 'http://x').searchParams.get('scope') ?? '';
    const { status, headers = {}, body = '' } = tokens.instead ?? answer(request, scope, tokens);
    tokens.asked.push({ scope, status });
    response.writeHead(status, headers).end(body);
  });
  return tokens;
}

function answer(
  request: IncomingMessage,
  scope: string,
  tokens: TokenServer,
): { status: number; body: string; headers?: Record<string, string> } {
  const { username, password } = tokens.user;
  const given = request.headers.authorization;
  const right = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  if (given !== undefined && given !== right) return { status: 401, body: '{"errors":[{"code":"UNAUTHORIZED"}]}' };
  const token = tokens.issue(given === undefined ? '' : scope);
  return { status: 200, body: JSON.stringify({ token, expires_in: tokens.lifetime }) };
}

function accessOf(scope: string, allowed: readonly string[]): object[] {
  const [type, name, actions] = scope.split(':');
  return type === undefined || name === undefined || actions === undefined
    ? []
    : [{ type, name, actions: actions.split(',').filter((action) => allowed.includes(action)) }];
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
