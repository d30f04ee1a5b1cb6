// @ts-check
// What `fanout` is measured against: node:http with open responses, and a write of the same bytes to each on order.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { obeyParent } from '../support/child.mjs';

/** @type {Set<import('node:http').ServerResponse>} */
const open = new Set();
const server = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
  response.write('event: ready\nid: 0\ndata: {"revision":0}\n\n');
  open.add(response);
  response.once('close', () => open.delete(response));
});

obeyParent(async (/** @type {{ tell?: string }} */ { tell }) => {
  if (tell !== undefined) {
    const bytes = Buffer.from(tell);
    for (const response of open) response.write(bytes);
    return {};
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : 0 };
});
