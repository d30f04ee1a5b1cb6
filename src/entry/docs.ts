import { readFileSync } from 'node:fs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

/** Shows the committed description of the API, docs/openapi.json, at `/docs`, and as it is at `/docs-json`. */
export function addDocs(app: NestFastifyApplication): void {
  const file = new URL('../../../docs/openapi.json', import.meta.url);
  SwaggerModule.setup('docs', app, JSON.parse(readFileSync(file, 'utf8')) as OpenAPIObject);
}
