import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../../contract/refusal.js';
import { sendProblem } from './problem.filter.js';
import { RefusedException } from './refused.exception.js';

/**
 * Lets only requests with `Authorization: Bearer <token>` reach `/v1`. A hook, not a guard, so that it also stands
 * in front of the routes that bypass Nest. Hashing first makes the comparison independent of the length.
 */
export function requireToken(server: FastifyInstance, token: string): void {
  const expected = hash(token);
  server.addHook('onRequest', (request, reply, done) => {
    if (!isGuarded(request) || timingSafeEqual(hash(bearer(request.headers.authorization)), expected)) {
      done();
      return;
    }
    const refusal = new Refusal(
      'unauthorized',
      'Send Authorization: Bearer <token>; programs read it from LASTGOOD_TOKEN.',
    );
    void reply.header('www-authenticate', 'Bearer realm="lastgood"');
    sendProblem(new RefusedException(refusal), request, reply);
  });
}

// By the route that will answer too, not only by the address as it was sent: the router takes /%761/models and
// http://any/v1/models for /v1/models.
function isGuarded({ url, routeOptions }: FastifyRequest): boolean {
  return url.startsWith('/v1') || routeOptions.url?.startsWith('/v1') === true;
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
const bearer = (header = ''): string => /^Bearer (.+)$/i.exec(header)?.[1] ?? '';
