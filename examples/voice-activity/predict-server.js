// @ts-check
import { createServer } from 'node:http';
import { predict, PredictError } from './predict.js';

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */

/**
 * The model server's HTTP side: POST /predict, GET /healthz, GET /served.
 * @param {import('./version-switch.js').VersionSwitch} versions
 * @param {Record<string, unknown>} about what /served says beside the versions
 */
export function createPredictServer(versions, about) {
  const server = createServer((request, response) => {
    void handle(request, response).catch((error) => {
      const status = error instanceof PredictError ? error.status : 500;
      // A refused body may still be on its way: the connection ends with the answer.
      if (!request.complete) response.setHeader('Connection', 'close');
      send(response, status, { error: error instanceof Error ? error.message : String(error) });
    });
  });
  // Longer than a client's idle time, so that the server is not the one to close a connection that is being reused.
  server.keepAliveTimeout = 65_000;
  return server;

  /** @param {Request} request @param {Response} response */
  async function handle(request, response) {
    const { method, url = '/' } = request;
    const { pathname } = new URL(url, 'http://server');
    if (method === 'POST' && pathname === '/predict') return send(response, 200, await predict(versions, request));
    if (method === 'GET' && pathname === '/served') return send(response, 200, { ...about, ...versions.status() });
    if (method === 'GET' && pathname === '/healthz') {
      const { live } = versions.status();
      return send(response, live ? 200 : 503, { status: live ? 'ok' : 'no version is loaded yet' });
    }
    throw new PredictError(404, 'there is POST /predict, GET /served and GET /healthz');
  }
}

/** @param {Response} response @param {number} status @param {unknown} body */
function send(response, status, body) {
  if (response.destroyed) return; // the client has gone
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}
