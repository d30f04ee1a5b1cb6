import type { ServerResponse } from 'node:http';
import { LastgoodClient, type ClientOptions, type Resolution } from '../../../src/client/index.js';
import { sampleResolution } from './samples.js';
import { json, problem, scriptedServer, type Script } from './scripted-server.js';

/** Writes one event of `/v1/watch`: version and revision of a resolution, or nothing for an overtaken change. */
export function event(kind: 'snapshot' | 'change', revision: number, version: number | null): string {
  const resolution = version === null ? null : sampleResolution(version, revision);
  return `event: ${kind}\nid: ${revision}\ndata: ${JSON.stringify({ resolution })}\n\n`;
}

/** A server whose resolve answers `version` at `revision` (null: no such alias) and whose n-th watch is `watches[n]`. */
export async function watchServer(
  resolved: { version: number; revision: number } | null,
  watches: ((response: ServerResponse) => void)[],
) {
  let count = 0;
  const script: Script = ({ path }, response) => {
    if (path.endsWith('/resolve')) {
      if (resolved) json(response, sampleResolution(resolved.version, resolved.revision));
      else problem(response, 'alias-not-found', 'fraud has no alias production.');
      return;
    }
    const watch = watches[count] ?? ((open: ServerResponse) => sse(open, ': idle\n\n'));
    count += 1;
    watch(response);
  };
  const { url, requests } = await scriptedServer(script);
  const watchRequests = () => requests.filter(({ path }) => path === '/v1/watch');
  return { url, requests, watchRequests };
}

/** Begins an event stream and sends the parts, each in a packet of its own; the stream stays open. */
export function sse(response: ServerResponse, ...parts: (string | Uint8Array)[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  const next = (index: number): void => {
    const part = parts[index];
    if (part === undefined) return;
    response.write(part, () => setImmediate(next, index + 1));
  };
  next(0);
}

/** Begins an event stream, sends the text, and cuts the connection without ending it. */
export function sseThenCut(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(text, () => setTimeout(() => response.destroy(), 20));
}

export interface Followed {
  seen: Resolution[];
  troubles: Error[];
}

/** Follows `fraud@production` until `count` resolutions came. */
export async function follow(options: ClientOptions, count: number): Promise<Followed> {
  const troubles: Error[] = [];
  const seen: Resolution[] = [];
  const client = new LastgoodClient({ ...options, onTrouble: (error) => troubles.push(error) });
  for await (const resolution of client.follow('fraud', 'production')) {
    seen.push(resolution);
    if (seen.length === count) break;
  }
  return { seen, troubles };
}

export const revisionsOf = (seen: readonly Resolution[]): number[] => seen.map(({ revision }) => revision);
