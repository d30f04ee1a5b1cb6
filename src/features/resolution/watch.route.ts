import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { refuseField } from '../../contract/refusal.js';
import { aliasNameProblem, modelNameProblem } from '../../domain/names.js';
import { sendProblem } from '../../platform/http/problem.filter.js';
import { RefusedException } from '../../platform/http/refused.exception.js';
import type { ResolutionRepository } from './resolution.repository.js';
import type { ResolutionTable } from './resolution-table.js';
import type { WatchLimits } from './watch-limits.js';
import { Watcher } from './watcher.js';

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
  // Streams never end by themselves, so a stop would wait for them for ever.
  server.addHook('preClose', (done) => {
    for (const stream of open) stream.end();
    done();
  });

  // No HEAD: its answer has no body, and so no end that this route would ever reach.
  server.get<WatchRequest>('/v1/watch', { exposeHeadRoute: false }, async (request, reply) => {
    const { model, alias } = request.query;
    const lastId = request.headers['last-event-id'];
    const refusal =
      (model !== undefined && modelNameProblem(model) && refuseField('model', model, modelNameProblem(model) ?? '')) ||
      (alias !== undefined && aliasNameProblem(alias) && refuseField('alias', alias, aliasNameProblem(alias) ?? '')) ||
      (lastId !== undefined &&
        !/^[0-9]{1,15}$/.test(String(lastId)) &&
        refuseField('Last-Event-ID', lastId, 'must be a revision'));
    if (refusal) {
      sendProblem(new RefusedException(refusal), request, reply);
      return reply;
    }
    reply.hijack();
    open.add(reply.raw);
    reply.raw.once('close', () => open.delete(reply.raw));
    const filter = { ...(model !== undefined && { model }), ...(alias !== undefined && { alias }) };
    const watcher = new Watcher(reply.raw, table, repository, filter, limits);
    await watcher.run(lastId === undefined ? null : Number(lastId));
    return reply;
  });
}
