import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FieldProblem } from '../../contract/problem.js';
import { refuseFields } from '../../contract/refusal.js';
import { BodyPipe } from './body.pipe.js';
import { closeAsTheyFallIdle } from './drain.js';
import { parseOnlyJson } from './json-parser.js';
import { ProblemFilter, sendProblem } from './problem.filter.js';
import { RefusalInterceptor } from './refusal.interceptor.js';
import { RefusedException } from './refused.exception.js';
import { requireToken } from './require-token.js';
import { serverWithShortcut } from './server-with-shortcut.js';
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
    serverFactory: serverWithShortcut,
    forceCloseConnections: 'idle',
    // A request on a connection that is still open is answered, and told that the connection closes.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 512 },
    // What the router itself refuses reaches no filter.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => sendProblem(error, request, reply),
  });
  const app = await NestFactory.create<NestFastifyApplication>(rootModule, adapter, {
    logger,
    abortOnError: false,
    bodyParser: false,
  });
  const server = adapter.getInstance();
  closeAsTheyFallIdle(server);
  parseOnlyJson(server);
  if (token !== '') requireToken(server, token);
  server.addHook('preHandler', (request, reply, done) => {
    const problems = [
      ...unstorableInAddress(request),
      ...unstorable(isStream(request.body) ? undefined : request.body),
    ];
    if (problems.length === 0) return done();
    sendProblem(new RefusedException(refuseFields(problems)), request, reply);
  });
  app.useGlobalPipes(new BodyPipe());
  app.useGlobalInterceptors(new RefusalInterceptor());
  app.useGlobalFilters(new ProblemFilter());
  return app;
}

// Percent-encoding is the only way for a NUL into an address, and none for half a surrogate pair.
function unstorableInAddress({ url, params, query }: FastifyRequest): FieldProblem[] {
  return url.includes('%00') ? unstorable({ ...(params as object), ...(query as object) }) : [];
}

const isStream = (body: unknown): boolean => typeof (body as { pipe?: unknown } | null)?.pipe === 'function';
