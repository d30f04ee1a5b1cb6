import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
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
    if (!request.url.startsWith('/v1') || timingSafeEqual(hash(bearer(request.headers.authorization)), expected)) {
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

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
const bearer = (header = ''): string => /^Bearer (.+)$/i.exec(header)?.[1] ?? '';
