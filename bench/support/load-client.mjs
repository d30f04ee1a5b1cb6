// @ts-check
// A load generator in a process of its own. Bare sockets, one buffer for all of them, answers recognised by their length:
// on two cores it has to cost less than the server it measures.
import { once } from 'node:events';
import { connect } from 'node:net';
import { obeyParent } from './child.mjs';
import { openConnection, requestHead } from './http-connection.mjs';
import { percentile } from './statistics.mjs';

// Before this long after the start nothing is counted: connections settle, code is compiled.
const SETTLE_MS = 400;
const READ_BUFFER = Buffer.allocUnsafe(64 * 1024);
const TWO = '2'.charCodeAt(0);

/**
 * @typedef {{ host: string, port: number, path: string, headers: Record<string, string>, connections: number, seconds: number }} Order
 * @typedef {{ perSecond: number, p50: number, p99: number, busy: number }} Load requests a second, milliseconds, and the
 *   share of one core that this generator took
 */

/**
 * @param {Order} order
 * @returns {Promise<Load>}
 */
async function generate(order) {
  const url = new URL(`http://${order.host}:${order.port}`);
  const request = Buffer.from(requestHead('GET', order.path, { host: url.host, ...order.headers }));
  const answerBytes = await lengthOfAnswer(url, order);
  const times = new Float64Array(order.seconds * 200_000);
  let count = 0;
  let counting = false;
  let stopping = false;

  /** @returns {Promise<import('node:net').Socket>} */
  const open = async () => {
    let missing = answerBytes;
    let sentAt = 0;
    const send = () => {
      sentAt = performance.now();
      socket.write(request);
    };
    const take = (/** @type {number} */ bytes) => {
      if (missing === answerBytes && READ_BUFFER[9] !== TWO) throw new Error(READ_BUFFER.toString('latin1', 0, bytes));
      missing -= bytes;
      if (missing < 0) throw new Error(`an answer is longer than the first one, which had ${answerBytes} bytes`);
      if (missing > 0) return true;
      if (counting) times[count++] = performance.now() - sentAt;
      missing = answerBytes;
      if (!stopping) send();
      return true;
    };
    const socket = connect({ host: order.host, port: order.port, onread: { buffer: READ_BUFFER, callback: take } });
    socket.setNoDelay(true);
    socket.once('close', () => {
      if (!stopping) throw new Error('the server closed a connection under load');
    });
    await once(socket, 'connect');
    socket.on('begin', send);
    return socket;
  };

  const sockets = await Promise.all(Array.from({ length: order.connections }, open));
  for (const socket of sockets) socket.emit('begin');
  await pause(SETTLE_MS);
  const from = performance.now();
  const cpu = process.cpuUsage();
  counting = true;
  await pause(order.seconds * 1000);
  counting = false;
  const ms = performance.now() - from;
  const { user, system } = process.cpuUsage(cpu);
  stopping = true;
  for (const socket of sockets) socket.destroy();
  const taken = times.subarray(0, count);
  const busy = (user + system) / 1000 / ms;
  return { perSecond: (count * 1000) / ms, p50: percentile(taken, 0.5), p99: percentile(taken, 0.99), busy };
}

/**
 * @param {URL} url
 * @param {Order} order
 * @returns {Promise<number>} how many bytes one answer has, head and body
 */
async function lengthOfAnswer(url, { path, headers }) {
  const connection = await openConnection(url);
  const { status, body, bytes } = await connection.request('GET', path, undefined, headers);
  connection.close();
  if (status !== 200) throw new Error(`GET ${path}: ${status} ${body}`);
  return bytes;
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

obeyParent(generate);
