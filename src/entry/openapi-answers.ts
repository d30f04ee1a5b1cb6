import type { OpenAPIObject } from '@nestjs/swagger';
import { ERRORS, type ErrorCode } from '../contract/errors.js';
import type { Operation } from './openapi-operations.js';

type OperationObject = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Responses = OperationObject['responses'];
type Content = Record<string, { schema: object }>;

/** Where the document keeps a schema. */
export const schemaOf = (name: string) => ({ $ref: `#/components/schemas/${name}` });

const MEANINGS: Record<string, string> = {
  200: 'Done, or as it was already',
  201: 'New',
  202: 'Taken on, to be done later',
  204: 'Done',
  206: 'The range that was asked for',
  304: 'Nothing newer than what the caller has',
};

/** The responses of one operation: its answers, and its refusals grouped by status as RFC 9457 problems. */
export function responsesOf({ answers, refusals, headers }: Operation): Responses {
  const responses: Responses = {};
  for (const [status, view] of Object.entries(answers)) {
    responses[status] = {
      description: MEANINGS[status] ?? '',
      ...(headers && { headers: mapped(headers, (description) => ({ description, schema: { type: 'string' } })) }),
      ...(view !== '' && { content: contentOf(view) }),
    };
  }
  // Numbers as keys: JavaScript puts them in ascending order, whatever the order they came in.
  const byStatus: Record<number, ErrorCode[]> = {};
  for (const code of new Set(refusals)) (byStatus[ERRORS[code].status] ??= []).push(code);
  for (const [status, codes] of Object.entries(byStatus)) {
    responses[status] = {
      description: codes.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join('; '),
      content: {
        'application/problem+json': {
          schema: { allOf: [schemaOf('Problem')], properties: { code: { type: 'string', enum: codes } } },
        },
      },
    };
  }
  return responses;
}

function contentOf(view: string): Content {
  if (view === 'bytes') return { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };
  if (view === 'events') return { 'text/event-stream': { schema: { type: 'string' } } };
  const page = view.endsWith('[]');
  return { 'application/json': { schema: page ? pageOf(view.slice(0, -2)) : schemaOf(view) } };
}

const pageOf = (view: string) => ({
  type: 'object',
  required: ['items', 'nextPageToken'],
  properties: {
    items: { type: 'array', items: schemaOf(view) },
    nextPageToken: { type: ['string', 'null'], description: 'Null on the last page' },
  },
});

function mapped<A, B>(of: Record<string, A>, to: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, to(value)]));
}
