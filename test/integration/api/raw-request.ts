import { request } from 'node:http';

/** What came back: status, headers, and the whole body as text. */
export interface RawAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/**
 * Sends a request exactly as it is written, with an address that no URL parser has tidied up and a body that need not
 * be text. @throws when the server closes without an answer
 */
export function rawRequest(
  base: string,
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: string | Uint8Array } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers, agent: false }, (answer) => {
      const { statusCode: status = 0, headers: received } = answer;
      // A stream that never ends: its beginning is the answer.
      if (received['content-type']?.startsWith('text/event-stream')) {
        resolve({ status, headers: received, body: '' });
        sent.destroy();
        return;
      }
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status, headers: received, body: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
