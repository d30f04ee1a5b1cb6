import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal, refuseField } from '../../contract/refusal.js';
import { sendProblem } from '../../platform/http/problem.filter.js';
import { RefusedException } from '../../platform/http/refused.exception.js';
import type { Resolution } from './resolution-table.js';
import type { Resolutions } from './resolutions.js';

const MAX_WAIT_SECONDS = 300;

interface ResolveRequest {
  Params: { model: string; alias: string };
  Querystring: { revision?: string; wait?: string; consistency?: string };
}

/**
 * `GET …/resolve`, beside Nest rather than through it: this is the path that serving controllers take, and a bare route
 * that sends bytes made beforehand answers it half as fast again.
 */
export function addResolveRoute(server: FastifyInstance, resolutions: Resolutions): void {
  server.get<ResolveRequest>('/v1/models/:model/aliases/:alias/resolve', (request, reply) => {
    const { model, alias } = request.params;
    const { revision, wait, consistency } = request.query;
    if (revision === undefined && consistency === undefined && wait === undefined) {
      const entry = resolutions.table.get(model, alias);
      if (entry) return send(entry, resolutions.ageSeconds, request, reply);
    }
    return answer(resolutions, request, reply);
  });
}

async function answer(
  resolutions: Resolutions,
  request: FastifyRequest<ResolveRequest>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { model, alias } = request.params;
  const asked = readQuery(request.query);
  if (asked instanceof Refusal) return refuse(asked, request, reply);
  if (asked.waitMs > 0) {
    const gone = new AbortController();
    request.raw.once('close', () => gone.abort());
    await resolutions.newerThan(asked.revision, { model, alias }, asked.waitMs, gone.signal);
  }
  const entry = asked.strong ? null : resolutions.table.get(model, alias);
  // An alias that memory lacks may be seconds old, or misspelt: only the database knows which.
  const found = entry ?? (await resolutions.strong(model, alias));
  if (found instanceof Refusal) return refuse(found, request, reply);
  return send(found, entry ? resolutions.ageSeconds : 0, request, reply);
}

function readQuery(
  query: ResolveRequest['Querystring'],
): { revision: number; waitMs: number; strong: boolean } | Refusal {
  const { revision = '0', wait, consistency } = query;
  if (!/^[0-9]{1,15}$/.test(revision))
    return refuseField('revision', revision, 'must be a revision, a whole number from 0');
  if (consistency !== undefined && consistency !== 'strong')
    return refuseField('consistency', consistency, 'must be strong, or absent');
  const seconds = wait === undefined ? 0 : Number(/^([0-9]{1,6})s?$/.exec(wait)?.[1] ?? NaN);
  if (Number.isNaN(seconds)) return refuseField('wait', wait, 'must be seconds, such as 30s');
  return {
    revision: Number(revision),
    waitMs: Math.min(seconds, MAX_WAIT_SECONDS) * 1000,
    strong: consistency === 'strong',
  };
}

function send({ etag, body }: Resolution, age: number, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header('etag', etag);
  reply.header('age', age);
  reply.header('cache-control', 'no-cache');
  const known = request.headers['if-none-match'];
  if (known !== undefined && (known === etag || known.split(/\s*,\s*/).includes(etag))) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(body);
}

function refuse(refusal: Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  sendProblem(new RefusedException(refusal), request, reply);
  return reply;
}
