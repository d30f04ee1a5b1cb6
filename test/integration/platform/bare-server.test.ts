import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listenBare, type BareServer } from '../../../src/platform/http/bare-server.js';

const STARTED = 'http.server.request.start';

let bare: BareServer;
let failures: Error[];
let listening: EventEmitter | undefined;
const look = (message: unknown): void => {
  const { server } = message as { server: unknown };
  if (server instanceof EventEmitter) listening = server;
};
beforeEach(async () => {
  failures = [];
  subscribe(STARTED, look);
  const hello = () => ({ type: 'text/plain', body: 'hello' });
  bare = await listenBare({ host: '127.0.0.1', port: 0 }, { '/': hello }, (error) => void failures.push(error));
});
afterEach(async () => {
  unsubscribe(STARTED, look);
  await bare.close();
});

const said = async (): Promise<string> => (await fetch(bare.url)).text();

it('goes on answering where a connection could not be taken, and says so', async () => {
  expect(await said()).toBe('hello');
  // As Node tells of an accept that failed; nothing that a test can do to its system brings one about for certain.
  const error = Object.assign(new Error('accept ENOMEM'), { code: 'ENOMEM' });
  expect(listening?.emit('error', error)).toBe(true);
  expect(failures).toEqual([error]);
  expect(await said()).toBe('hello');
});
