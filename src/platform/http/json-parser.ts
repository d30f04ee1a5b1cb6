import type { FastifyInstance } from 'fastify';
import { Refusal } from '../../contract/refusal.js';
import { RefusedException } from './refused.exception.js';

/**
 * Makes JSON in UTF-8 (RFC 8259) the only body that is read. Bytes that are not UTF-8 are refused: decoding them
 * leniently would put other characters in a record than were sent. An empty body counts as none.
 */
export function parseOnlyJson(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, bytes, done) => {
    if (bytes.length === 0) return done(null, undefined);
    try {
      done(null, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes as Buffer)));
    } catch (error) {
      const why = error instanceof SyntaxError ? error.message : 'it is not UTF-8';
      done(new RefusedException(new Refusal('malformed-json', `The body could not be read as JSON: ${why}.`)));
    }
  });
}
