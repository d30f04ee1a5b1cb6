import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A registry as it was before it kept rounds of checks: in front of a real one, without the address of the rounds and
 * without them in the answer to a request for a check.
 */
export async function olderRegistry(url: string): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').replace(/\/rounds$/, '/never-there');
    const headers = Object.fromEntries(
      ['content-type', 'lastgood-actor'].flatMap((name) => {
        const value = request.headers[name];
        return typeof value === 'string' ? [[name, value]] : [];
      }),
    );
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
      const answer = await fetch(`${url}${path}`, { method: request.method ?? 'GET', headers, ...body });
      const text = await answer.text();
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
      response.end(JSON.stringify({ ...(JSON.parse(text) as object), rounds: undefined }));
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
