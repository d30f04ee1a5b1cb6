import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import * as swagger from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { CLIENT_VERSION } from '../client/client-version.js';
import { describeNoted } from '../contract/api-description.js';
import { loadConfig } from '../platform/config/index.js';
import { responsesOf } from './openapi-answers.js';
import { OPERATIONS, type Operation } from './openapi-operations.js';
import { ACTOR, parameterSchema } from './openapi-parameters.js';
import { RAW_ROUTES } from './openapi-routes.js';
import { apiModule } from './root-module.js';

type Paths = OpenAPIObject['paths'];
type Call = NonNullable<Paths[string]['get']>;
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

const METHODS = ['get', 'put', 'post', 'patch', 'delete', 'head'] as const;

const HEALTH: Schemas = {
  Alive: { type: 'object', required: ['status'], properties: { status: { type: 'string', enum: ['ok'] } } },
  Ready: {
    type: 'object',
    required: ['status', 'revision', 'aliases', 'ageSeconds', 'database'],
    properties: {
      status: { type: 'string', enum: ['ready'] },
      revision: { type: 'integer', description: 'Everything up to this revision is in memory' },
      aliases: { type: 'integer' },
      ageSeconds: { type: 'integer', description: 'Since memory was last known to hold the newest revision' },
      database: { type: 'string', enum: ['reachable', 'unreachable'] },
    },
  },
};

/**
 * The description of the whole API, OpenAPI 3.1. Addresses, bodies and texts come from the controllers, `views` (JSON
 * schemas by the name of the TypeScript type) are what they answer. Needs no database: Nest only looks at the classes.
 * Throws where a call and the table of operations do not know each other.
 */
export async function describeApi(views: Schemas): Promise<OpenAPIObject> {
  describeNoted(swagger);
  const builder = new swagger.DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Lastgood')
    .setDescription(
      'A model registry, built for the moment when a bad model is live and the last good one must come back.',
    )
    .setVersion(CLIENT_VERSION)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addSecurity('token', { type: 'http', scheme: 'bearer', description: 'Needed where LASTGOOD_TOKEN is set' });
  const app = await NestFactory.create(apiModule(loadConfig({ env: {} })), new FastifyAdapter(), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  const found = swagger.SwaggerModule.createDocument(app, builder.build());
  await app.close();
  return {
    ...found,
    paths: completed({ ...found.paths, ...RAW_ROUTES }),
    components: { ...found.components, schemas: { ...closed(found.components?.schemas), ...views, ...HEALTH } },
  };
}

// Unknown fields of a body are refused by name.
function closed(requests: Schemas = {}): Schemas {
  return Object.fromEntries(
    Object.entries(requests).map(([name, schema]) => [name, { ...schema, additionalProperties: false }]),
  );
}

function completed(paths: Paths): Paths {
  const unused = new Set(Object.keys(OPERATIONS));
  const done: Paths = {};
  for (const [path, item] of Object.entries(paths)) {
    done[path] = {};
    for (const method of METHODS) {
      const call = item[method];
      if (!call) continue;
      const operation = OPERATIONS[`${method} ${path}`];
      if (!operation) throw new Error(`src/entry/openapi-operations.ts lacks "${method} ${path}"`);
      unused.delete(`${method} ${path}`);
      done[path][method] = completeCall(call, operation, path.startsWith('/v1'));
    }
  }
  if (unused.size > 0)
    throw new Error(`src/entry/openapi-operations.ts has no longer served ${[...unused].join(', ')}`);
  return done;
}

function completeCall(call: Call, operation: Operation, guarded: boolean): Call {
  const refusals: Operation['refusals'] = guarded
    ? ['invalid-request', 'unauthorized', ...operation.refusals, 'internal-error']
    : operation.refusals;
  const parameters = (call.parameters ?? []).map((parameter) =>
    'name' in parameter ? { ...parameter, schema: parameterSchema(parameter.name, parameter.schema) } : parameter,
  );
  return {
    ...call,
    operationId: operation.id,
    parameters: operation.acts ? [...parameters, ACTOR] : parameters,
    responses: responsesOf({ ...operation, refusals }),
    // An empty requirement beside the token: a registry that listens to its own machine alone may need none.
    ...(guarded && { security: [{ token: [] }, {}] }),
  };
}
