import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { digestProblem, mediaTypeProblem } from '../../domain/artifact.js';
import type { Digest } from '../../domain/digest.js';
import { Refusal, refuseField } from '../../contract/refusal.js';
import type { UploadView } from '../../contract/views.js';
import { sendProblem } from '../../platform/http/problem.filter.js';
import { RefusedException } from '../../platform/http/refused.exception.js';
import { storeRefusal, type ArtifactStores } from './artifact-stores.js';

interface ArtifactRequest {
  Params: { digest: string };
  Querystring: { mediaType?: string };
}

/**
 * `PUT`, `HEAD` and `GET /v1/artifacts/{digest}`: bytes into and out of the configured store, by digest. Beside Nest,
 * because these bodies are streams of any length: they never lie in memory as a whole.
 */
export function addArtifactRoutes(server: FastifyInstance, stores: ArtifactStores): void {
  void server.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    scope.put<ArtifactRequest>('/v1/artifacts/:digest', (request, reply) =>
      answering(request, reply, () => put(stores, request, reply)),
    );
    scope.route<ArtifactRequest>({
      method: ['GET', 'HEAD'],
      url: '/v1/artifacts/:digest',
      exposeHeadRoute: false,
      handler: (request, reply) => answering(request, reply, () => get(stores, request, reply)),
    });
    done();
  });
}

async function put(
  stores: ArtifactStores,
  request: FastifyRequest<ArtifactRequest>,
  reply: FastifyReply,
): Promise<UploadView | Refusal> {
  const { digest } = request.params;
  const { mediaType } = request.query;
  const problem = digestProblem(digest);
  if (problem) return refuseField('digest', digest, problem);
  if (mediaType !== undefined && mediaTypeProblem(mediaType))
    return refuseField('mediaType', mediaType, mediaTypeProblem(mediaType) ?? '');
  const size = Number(request.headers['content-length'] ?? NaN);
  if (!Number.isSafeInteger(size))
    return refuseField('Content-Length', request.headers['content-length'], 'must give the size in bytes');
  const gone = new AbortController();
  request.raw.once('close', () => !request.raw.complete && gone.abort());
  const { uri, created } = await stores.uploads.put({
    digest: digest as Digest,
    size,
    signal: gone.signal,
    open: () => request.raw,
    ...(mediaType === undefined ? {} : { mediaType }),
  });
  void reply.code(created ? 201 : 200);
  return { uri, digest, size };
}

async function get(
  stores: ArtifactStores,
  request: FastifyRequest<ArtifactRequest>,
  reply: FastifyReply,
): Promise<Readable | Refusal | ''> {
  const { digest } = request.params;
  const problem = digestProblem(digest);
  if (problem) return refuseField('digest', digest, problem);
  const uri = stores.uploads.uriOf(digest as Digest);
  const seen = await stores.uploads.stat(uri, { urgent: true });
  if (seen.state === 'missing')
    return new Refusal('artifact-not-found', `${digest} is not in the store. Upload it with PUT to this address.`);
  if (seen.state !== 'present')
    return new Refusal('store-unreachable', `The store would not show ${digest}: ${seen.evidence}`);
  const range = readRange(request.headers.range, seen.size);
  if (range instanceof Refusal) {
    void reply.header('content-range', `bytes */${seen.size}`);
    return range;
  }
  void reply.headers({
    'accept-ranges': 'bytes',
    etag: `"${digest}"`,
    // Where the store keeps the bytes: what a record names, and how an uploader learns that it need not send them.
    'content-location': uri,
    'cache-control': 'private, max-age=31536000, immutable',
    'content-type': seen.mediaType ?? 'application/octet-stream',
    'content-length': range ? range.end - range.start + 1 : seen.size,
  });
  if (range) void reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${seen.size}`);
  if (request.method === 'HEAD' || seen.size === 0) return '';
  return stores.uploads.read(uri, { ...range, urgent: true });
}

/** One range as RFC 9110, section 14 has it; null where there is none, or several, which may be ignored. */
function readRange(header: string | undefined, size: number): { start: number; end: number } | Refusal | null {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return null;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (start > end) return new Refusal('range-outside', `${header} lies outside the ${size} bytes that there are.`);
  return { start, end };
}

async function answering(request: FastifyRequest, reply: FastifyReply, work: () => Promise<unknown>): Promise<unknown> {
  try {
    const result = await work();
    if (!(result instanceof Refusal)) return result;
    sendProblem(new RefusedException(result), request, reply);
  } catch (error) {
    const refusal = storeRefusal(error);
    sendProblem(refusal ? new RefusedException(refusal) : error, request, reply);
  }
  return reply;
}
