// @ts-check
// Many watchers in one process: raw sockets that only look for the text of an event, and note when it came.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { obeyParent } from '../support/child.mjs';

const AT_ONCE = 100;
const PATIENCE_MS = 30_000;
/** @type {import('node:net').Socket[]} */
const sockets = [];
let awaited = '';
let told = new Float64Array();
let count = 0;
let last = '';

// The same clock in every process of this machine, finer than Date.now().
const now = () => performance.timeOrigin + performance.now();

/** @param {URL} url */
async function open(url) {
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, 'connect');
  const index = sockets.push(socket) - 1;
  /** @type {Promise<void>} */
  const ready = new Promise((resolve) => {
    let received = '';
    const look = (/** @type {Buffer} */ chunk) => {
      received += chunk.toString('latin1');
      if (!received.includes('event: ready')) return;
      socket.off('data', look);
      socket.on('data', (bytes) => hear(index, bytes));
      resolve();
    };
    socket.on('data', look);
  });
  socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\naccept: text/event-stream\r\n\r\n`);
  await ready;
}

/**
 * @param {number} index
 * @param {Buffer} bytes
 */
function hear(index, bytes) {
  if (awaited === '' || told[index] !== 0 || !bytes.includes(awaited)) return;
  told[index] = now();
  count += 1;
  if (index === 0) last = bytes.toString();
}

obeyParent(async (/** @type {{ urls?: string[], watchers?: number, await?: string, heard?: boolean }} */ order) => {
  if (order.urls && order.watchers !== undefined) {
    const urls = order.urls.map((url) => new URL(url));
    for (let opened = 0; opened < order.watchers; opened += AT_ONCE) {
      const batch = Math.min(AT_ONCE, order.watchers - opened);
      await Promise.all(Array.from({ length: batch }, (_, i) => open(/** @type {URL} */ (urls[i % urls.length]))));
    }
    return {};
  }
  if (order.await !== undefined) {
    awaited = order.await;
    told = new Float64Array(sockets.length);
    count = 0;
    return {};
  }
  const giveUp = now() + PATIENCE_MS;
  while (count < sockets.length) {
    if (now() > giveUp) throw new Error(`${sockets.length - count} of ${sockets.length} watchers were never told`);
    await sleep(5);
  }
  return { told: [...told], last };
});
