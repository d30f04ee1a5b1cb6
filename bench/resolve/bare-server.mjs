// @ts-check
// What `resolve` is measured against: node:http with one answer made beforehand, and nothing else.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { obeyParent } from '../support/child.mjs';

// These node:http adds by itself.
const OWN = new Set(['date', 'connection', 'keep-alive']);

obeyParent(async (/** @type {{ headers: [string, string][], body: string }} */ { headers, body }) => {
  const bytes = Buffer.from(body);
  const sent = Object.fromEntries(headers.filter(([name]) => !OWN.has(name)));
  const server = createServer((_, response) => {
    response.writeHead(200, sent);
    response.end(bytes);
  });
  const keepAlive = headers.find(([name]) => name === 'keep-alive')?.[1] ?? '';
  server.keepAliveTimeout = Number(/timeout=(\d+)/.exec(keepAlive)?.[1] ?? 5) * 1000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : 0 };
});
