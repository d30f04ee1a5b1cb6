import type { Readable } from 'node:stream';

/** The first `limit` bytes of a body, in memory. Whatever else there is, is not waited for. */
export async function smallBytes(body: Readable, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early destroys the body.
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk.subarray(0, limit - size));
    size += chunk.byteLength;
    if (size >= limit) break;
  }
  return Buffer.concat(chunks);
}

/** The first `limit` bytes of a body as UTF-8. */
export async function smallText(body: Readable, limit: number): Promise<string> {
  return (await smallBytes(body, limit)).toString('utf8');
}

/** The code of a registry's error (OCI distribution specification, "Error Codes"), or '' where it gave none. */
export function errorCodeIn(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: unknown }[] };
    const code = errors?.[0]?.code;
    return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? code : '';
  } catch {
    return '';
  }
}
