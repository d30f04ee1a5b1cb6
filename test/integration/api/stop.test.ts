import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { startApi } from '../../support/api.js';

it('stops at once although a connection is open on which no request ever came', async () => {
  const api = await startApi();
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  await once(socket, 'connect');
  // Seen by the server too, not only by the system's queue of connections.
  await api.as('ana').get('/healthz').expect(200);
  const closed = once(socket, 'close');
  await api.close();
  await closed;
  expect(socket.destroyed).toBe(true);
});
