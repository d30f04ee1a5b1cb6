import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal, refuseField } from '../../contract/refusal.js';
import { aliasNameProblem, modelNameProblem } from '../../domain/names.js';
import { isDatabaseUnavailable } from '../../platform/database/unavailable.js';
import { readBlockingQuery } from '../../platform/http/blocking-query.js';
import { sendProblem } from '../../platform/http/problem.filter.js';
import { RefusedException } from '../../platform/http/refused.exception.js';
import { setShortcut } from '../../platform/http/server-with-shortcut.js';
import type { Resolution } from './resolution.js';
import { ResolveShortcut } from './resolve-shortcut.js';
import type { Resolutions } from './resolutions.js';
import { sendResolution } from './send-resolution.js';

interface ResolveRequest {
  Params: { model: string; alias: string };
  Querystring: { revision?: string; wait?: string; consistency?: string };
}

/**
 * `GET …/resolve`, beside Nest rather than through it: this is the path that serving controllers take. A connection that
 * keeps asking is answered in front of the framework, see {@link ResolveShortcut}, until the server closes: then the
 * framework answers, which tells it so.
 */
export function addResolveRoute(server: FastifyInstance, resolutions: Resolutions): void {
  const shortcut = new ResolveShortcut(resolutions);
  setShortcut(server.server, (request, response) => shortcut.take(request, response));
  server.addHook('preClose', (done) => {
    setShortcut(server.server, () => false);
    done();
  });

  server.get<ResolveRequest>('/v1/models/:model/aliases/:alias/resolve', (request, reply) => {
    shortcut.admit(request.raw);
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
  const asked = badName(request.params) ?? readQuery(request.query);
  if (asked instanceof Refusal) return refuse(asked, request, reply);
  if (asked.waitMs > 0) {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    await resolutions.known({ model, alias });
    await resolutions.newerThan(asked.revision, { model, alias }, asked.waitMs, gone.signal);
  }
  const entry = asked.strong ? null : resolutions.table.get(model, alias);
  if (entry) return send(entry, resolutions.ageSeconds, request, reply);
  const found = await (asked.strong ? resolutions.strong(model, alias) : lookUp(resolutions, model, alias));
  return found instanceof Refusal ? refuse(found, request, reply) : send(found, 0, request, reply);
}

// An alias that memory lacks may be seconds old, or misspelt: only the database knows which.
async function lookUp(resolutions: Resolutions, model: string, alias: string): Promise<Resolution | Refusal> {
  try {
    return await resolutions.strong(model, alias);
  } catch (error) {
    if (!isDatabaseUnavailable(error)) throw error;
    const age = `${resolutions.ageSeconds} s old`;
    return new Refusal(
      'database-unavailable',
      `Memory, ${age}, holds no alias ${alias} of ${model}, and PostgreSQL does not answer whether there is one by now. Try again in a moment.`,
    );
  }
}

function badName({ model, alias }: ResolveRequest['Params']): Refusal | null {
  const problem = modelNameProblem(model);
  if (problem !== null) return refuseField('model', model, problem);
  const aliasProblem = aliasNameProblem(alias);
  return aliasProblem === null ? null : refuseField('alias', alias, aliasProblem);
}

function readQuery(
  query: ResolveRequest['Querystring'],
): { revision: number; waitMs: number; strong: boolean } | Refusal {
  const { consistency } = query;
  const asked = readBlockingQuery(query);
  if (asked instanceof Refusal) return asked;
  if (consistency !== undefined && consistency !== 'strong')
    return refuseField('consistency', consistency, 'must be strong, or absent');
  return { revision: asked.revision ?? 0, waitMs: asked.waitMs, strong: consistency === 'strong' };
}

function send(entry: Resolution, age: number, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  sendResolution(entry, age, request.raw, reply.raw);
  return reply;
}

function refuse(refusal: Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  sendProblem(new RefusedException(refusal), request, reply);
  return reply;
}
