import type { OpenAPIObject } from '@nestjs/swagger';

type Paths = OpenAPIObject['paths'];
type Parameter = { name: string; in: 'path' | 'query' | 'header'; required?: boolean; description?: string };

const path = (name: string): Parameter => ({ name, in: 'path', required: true });
const query = (name: string, description: string): Parameter => ({ name, in: 'query', required: false, description });
const header = (name: string, description: string): Parameter => ({ name, in: 'header', required: false, description });

const digest: Parameter = { ...path('digest'), description: '`sha256:` and 64 lower-case hex digits' };
const range = header('Range', 'One range of bytes, as RFC 9110 has it');
const described = (tag: string, summary: string, description: string, parameters: Parameter[]) => ({
  tags: [tag],
  summary,
  description,
  parameters,
  responses: {},
});

/** The calls that bypass Nest (streams, and the path that serving controllers take), described by hand. */
export const RAW_ROUTES: Paths = {
  '/v1/models/{model}/aliases/{alias}/resolve': {
    get: described(
      'resolve',
      'What an alias means now: the whole record, the traffic split, what to keep warm',
      'Answered from memory, also while the database is away; `Age` says how old the answer may be.',
      [
        path('model'),
        path('alias'),
        query('revision', 'With `wait`: a revision that the caller has'),
        query('wait', 'Wait this long, such as `30s`, for something newer than `revision`; 300 s at most'),
        query('consistency', '`strong` reads the database'),
        header('If-None-Match', 'The `ETag` that the caller has: 304 while it is still right'),
      ],
    ),
  },
  '/v1/watch': {
    get: described(
      'resolve',
      'Every change of the aliases asked for, as server-sent events',
      'First `snapshot` events, one for each alias as it is (`{"resolution": ResolutionView}`), then `ready` ' +
        '(`{"revision"}`), then a `change` event (`WatchEventView`) for each change, in the order of their revisions. ' +
        'The `id` of an event is its revision. With `Last-Event-ID` the stream begins with what came after it instead of ' +
        'with snapshots. A comment comes every 15 seconds.',
      [
        query('model', 'Only this model'),
        query('alias', 'Only aliases of this name'),
        header('Last-Event-ID', 'Resume after this revision'),
      ],
    ),
  },
  '/v1/artifacts/{digest}': {
    put: {
      ...described(
        'artifacts',
        'Upload bytes under their digest',
        'Streamed into the configured store and kept only when size and digest both match. Bytes that are there already ' +
          'answer 200 without being read.',
        [
          digest,
          query('mediaType', 'Recorded with the bytes where the store can'),
          { ...header('Content-Length', 'The size in bytes'), required: true },
        ],
      ),
      requestBody: {
        required: true,
        content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
      },
    },
    get: described('artifacts', 'Download bytes by digest', 'From the store that uploads go to.', [digest, range]),
    head: described('artifacts', 'Ask whether bytes are in the store, and how many', 'Like GET, without the bytes.', [
      digest,
      range,
    ]),
  },
};
