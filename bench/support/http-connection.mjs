// @ts-check
import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * One keep-alive connection for one request at a time, on a bare socket: a client library would add its own tenth of a
 * millisecond to what is measured.
 * @param {URL} url
 */
export async function openConnection(url) {
  const socket = connect(Number(url.port), url.hostname);
  socket.setNoDelay(true);
  await once(socket, 'connect');
  return {
    /**
     * Sends a request and returns its answer. Only answers with a Content-Length are understood.
     * @param {string} method
     * @param {string} path
     * @param {unknown} [body]
     * @param {Record<string, string>} [headers]
     */
    async request(method, path, body, headers = {}) {
      if (socket.destroyed || socket.readableEnded)
        throw new Error(`${url.host} closed the connection between two requests`);
      const text = body === undefined ? '' : JSON.stringify(body);
      /** @type {Record<string, string | number>} */
      const type =
        body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
      socket.write(requestHead(method, path, { host: url.host, ...type, ...headers }) + text);
      return readAnswer(socket);
    },
    close: () => void socket.destroy(),
  };
}

/**
 * The head of a request, with the empty line that ends it.
 * @param {string} method
 * @param {string} path
 * @param {Record<string, string | number>} headers
 */
export function requestHead(method, path, headers) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** @typedef {{ status: number, headers: [string, string][], body: string, bytes: number }} Answer `bytes`: head and body */

/**
 * @param {import('node:net').Socket} socket
 * @returns {Promise<Answer>}
 */
function readAnswer(socket) {
  return new Promise((resolve, reject) => {
    /** @type {Buffer} */
    let received = Buffer.alloc(0);
    const closed = () => reject(new Error('the server closed the connection instead of answering'));
    const read = (/** @type {Buffer} */ chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const answer = parseAnswer(received);
      if (!answer) return;
      socket.off('data', read);
      socket.off('close', closed);
      resolve(answer);
    };
    socket.on('data', read);
    socket.once('close', closed);
  });
}

/**
 * The answer in these bytes, or null while some of it is missing.
 * @param {Buffer} bytes
 * @returns {Answer | null}
 */
function parseAnswer(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return /** @type {[string, string]} */ ([line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]);
  });
  const length = Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 0);
  if (bytes.length < end + 4 + length) return null;
  const body = bytes.toString('utf8', end + 4, end + 4 + length);
  return { status: Number(statusLine.split(' ')[1]), headers, body, bytes: end + 4 + length };
}
