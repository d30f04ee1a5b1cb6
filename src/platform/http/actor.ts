import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { refuseField } from '../../contract/refusal.js';
import { RefusedException } from './refused.exception.js';

export const ACTOR_HEADER = 'lastgood-actor';

/** Who is acting, from the `Lastgood-Actor` header (percent-encoded UTF-8); `anonymous` where it is absent. */
export function actorOf(request: FastifyRequest): string {
  const header = request.headers[ACTOR_HEADER];
  if (header === undefined || header === '') return 'anonymous';
  const text = decoded(String(header));
  if (text.length > 200 || /\p{Cc}/u.test(text) || !text.isWellFormed()) {
    throw new RefusedException(
      refuseField('Lastgood-Actor', text, 'must be a name of at most 200 printable characters'),
    );
  }
  return text;
}

/** Injects the actor into a controller's method. */
export const Actor = createParamDecorator((_: unknown, context: ExecutionContext) =>
  actorOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

function decoded(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    return header;
  }
}
