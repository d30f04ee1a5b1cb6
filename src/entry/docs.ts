import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

// By the package, wherever in it this code lies.
const MANIFEST = createRequire(import.meta.url).resolve('lastgood/package.json');

/**
 * Shows the committed description of the API, docs/openapi.json, at `/docs`, and as it is at `/docs-json`. The library
 * that shows it is loaded for the first who asks: it is a sixth of all that there is to load, and few ever look.
 */
export function addDocs(app: NestFastifyApplication): void {
  const server = app.getHttpAdapter().getInstance();
  let opening: Promise<FastifyInstance> | null = null;
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    opening ??= openDocs();
    const docs = await opening.catch((error: unknown) => {
      opening = null;
      throw error;
    });
    const { method, url, headers } = request;
    const shown = await docs.inject({ method, url, headers });
    if (shown.statusCode !== 404) return reply.code(shown.statusCode).headers(shown.headers).send(shown.rawPayload);
    reply.callNotFound();
    return reply;
  };
  for (const url of ['/docs', '/docs/*', '/docs-json', '/docs-yaml']) server.get(url, answer);
}

// A server that has started takes no further routes, so they get one of their own, which listens nowhere.
async function openDocs(): Promise<FastifyInstance> {
  const { SwaggerModule } = await import('@nestjs/swagger');
  const description = JSON.parse(await readFile(join(dirname(MANIFEST), 'docs/openapi.json'), 'utf8')) as OpenAPIObject;
  const app = await NestFactory.create<NestFastifyApplication>(class {}, new FastifyAdapter(), { logger: false });
  SwaggerModule.setup('docs', app, description);
  await app.init();
  return app.getHttpAdapter().getInstance();
}
