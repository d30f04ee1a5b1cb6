import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal, refuseField } from '../../contract/refusal.js';
import { aliasNameProblem, modelNameProblem } from '../../domain/names.js';
import { sendProblem } from '../../platform/http/problem.filter.js';
import { RefusedException } from '../../platform/http/refused.exception.js';
import type { ResolutionRepository } from './resolution.repository.js';
import type { ResolutionTable } from './resolution-table.js';
import type { WatchLimits } from './watch-limits.js';
import { Watcher } from './watcher.js';

const FAREWELL_MS = 500;

interface WatchRequest {
  Querystring: { model?: string; alias?: string };
}

/** `GET /v1/watch`: every change of the aliases asked for, as server-sent events (HTML Living Standard, section 9.2). */
export function addWatchRoute(
  server: FastifyInstance,
  table: ResolutionTable,
  repository: ResolutionRepository,
  limits: WatchLimits,
): void {
  const open = new Set<ServerResponse>();
  let closing = false;
  // Streams never end by themselves, and one that nobody reads not even then, so a stop would wait for them for ever.
  server.addHook('preClose', (done) => {
    closing = true;
    for (const stream of open) stream.end();
    setTimeout(() => open.forEach((stream) => stream.destroy()), FAREWELL_MS);
    done();
  });

  // No HEAD: its answer has no body, and so no end that this route would ever reach.
  server.get<WatchRequest>('/v1/watch', { exposeHeadRoute: false }, async (request, reply) => {
    const refusal = closing ? new Refusal('shutting-down', 'Watch again: another replica answers.') : badWatch(request);
    if (refusal) {
      sendProblem(new RefusedException(refusal), request, reply);
      return reply;
    }
    reply.hijack();
    open.add(reply.raw);
    reply.raw.once('close', () => open.delete(reply.raw));
    const { model, alias } = request.query;
    const lastId = request.headers['last-event-id'];
    const filter = { ...(model !== undefined && { model }), ...(alias !== undefined && { alias }) };
    const watcher = new Watcher(reply.raw, table, repository, filter, limits);
    await watcher.run(lastId === undefined ? null : Number(lastId));
    return reply;
  });
}

function badWatch({ query, headers }: FastifyRequest<WatchRequest>): Refusal | null {
  const modelProblem = query.model === undefined ? null : modelNameProblem(query.model);
  if (modelProblem !== null) return refuseField('model', query.model, modelProblem);
  const aliasProblem = query.alias === undefined ? null : aliasNameProblem(query.alias);
  if (aliasProblem !== null) return refuseField('alias', query.alias, aliasProblem);
  const lastId = headers['last-event-id'];
  const isRevision = lastId === undefined || /^[0-9]{1,15}$/.test(String(lastId));
  return isRevision ? null : refuseField('Last-Event-ID', lastId, 'must be a revision, as the id of an event is');
}
