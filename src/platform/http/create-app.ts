import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Refusal } from '../../contract/refusal.js';
import { bodyPipe } from './body.pipe.js';
import { ProblemFilter, sendProblem } from './problem.filter.js';
import { RefusalInterceptor } from './refusal.interceptor.js';
import { RefusedException } from './refused.exception.js';
import { requireToken } from './require-token.js';
import { unstorable } from './unstorable.js';

export interface HttpOptions {
  bodyLimitBytes: number;
  /** Empty: every request is let through. */
  token: string;
  logger: LoggerService | false;
}

/** Builds the API's application around `rootModule`, ready for `listen` or `init`. */
export async function createHttpApp(
  rootModule: Parameters<typeof NestFactory.create>[0],
  { bodyLimitBytes, token, logger }: HttpOptions,
): Promise<NestFastifyApplication> {
  // Connections that only wait for the next request must not hold up a stop.
  const adapter = new FastifyAdapter({
    bodyLimit: bodyLimitBytes,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 512 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(rootModule, adapter, { logger, abortOnError: false });
  const server = adapter.getInstance();
  if (token !== '') requireToken(server, token);
  server.addHook('preHandler', (request, reply, done) => {
    const problems = unstorable(isStream(request.body) ? undefined : request.body);
    if (problems.length === 0) return done();
    const detail = problems.map((p) => `${p.field} ${p.message}`).join('; ');
    sendProblem(new RefusedException(new Refusal('invalid-request', detail, { errors: problems })), request, reply);
  });
  app.useGlobalPipes(bodyPipe());
  app.useGlobalInterceptors(new RefusalInterceptor());
  app.useGlobalFilters(new ProblemFilter());
  app.enableShutdownHooks([]);
  return app;
}

const isStream = (body: unknown): boolean => typeof (body as { pipe?: unknown } | null)?.pipe === 'function';
