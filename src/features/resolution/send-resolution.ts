import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Resolution } from './resolution.js';

/** Answers with a resolution that is `age` seconds old, or 304 to whoever has it already. */
export function sendResolution(
  { etag, body }: Resolution,
  age: number,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const known = request.headers['if-none-match'];
  if (known !== undefined && matches(known, etag)) {
    response.writeHead(304, { etag, age: String(age), 'cache-control': 'no-cache' });
    response.end();
    return;
  }
  response.writeHead(200, {
    etag,
    age: String(age),
    'cache-control': 'no-cache',
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
  });
  response.end(body);
}

// RFC 9110, section 13.1.2: `*`, or a list compared weakly, since a proxy that compresses weakens the tag.
function matches(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch === etag) return true;
  return ifNoneMatch.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}
