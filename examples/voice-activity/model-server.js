// @ts-check
// A model server that serves whatever version the alias points at:
//   node model-server.js --port 7421 --model voice-activity --alias production
// It follows the alias, keeps the version to roll back to loaded as well, and switches without dropping a request.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { configDigest, LastgoodClient } from 'lastgood/client';
import { ArtifactCache } from './artifact-cache.js';
import { loadVersion } from './load-version.js';
import { createPredictServer } from './predict-server.js';
import { Reporter } from './reporter.js';
import { VersionSwitch } from './version-switch.js';

const HELP = `node model-server.js [options]

  --model NAME       the model to serve                          (voice-activity)
  --alias NAME       the alias to follow                         (production)
  --port N           where to listen; 0 takes a free port        (7421)
  --host ADDRESS     on which address                            (127.0.0.1)
  --data DIR         where to keep models and last-good answers  (.lastgood/model-server)
  --controller NAME  who this server is in its reports           (voice-activity-server)

LASTGOOD_URL and LASTGOOD_TOKEN say where the registry is and who asks.`;

const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: 'voice-activity' },
    alias: { type: 'string', default: 'production' },
    port: { type: 'string', default: '7421' },
    host: { type: 'string', default: '127.0.0.1' },
    data: { type: 'string', default: path.join('.lastgood', 'model-server') },
    controller: { type: 'string', default: 'voice-activity-server' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const { model, alias, controller } = options;
const url = process.env['LASTGOOD_URL'] ?? 'http://127.0.0.1:7420';
let lastLine = '';

const client = new LastgoodClient({
  url,
  ...(process.env['LASTGOOD_TOKEN'] ? { token: process.env['LASTGOOD_TOKEN'] } : {}),
  actor: controller,
  // With this folder the server starts and serves while the registry is down, from what that said last.
  lastGoodDir: path.join(options.data, 'last-good'),
  onTrouble: (trouble) => logOnce(`trouble: ${trouble.message}`),
});
const cache = new ArtifactCache(path.join(options.data, 'artifacts'), (digest) => client.openArtifact(digest));
const reporter = new Reporter({
  read: () => versions.report(),
  send: (report) => client.report(model, alias, controller, report),
  log,
});
const versions = new VersionSwitch({
  load: (record) => loadVersion(record, cache),
  configDigest,
  onChange: () => reporter.changed(),
  log,
});
const server = createPredictServer(versions, { model, alias, controller, registry: url });
const stopping = new AbortController();

server.listen(Number(options.port), options.host, () => {
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : options.port;
  log(`listening on http://${options.host}:${port}, following ${model}@${alias} at ${url}`);
});
server.once('error', (error) => {
  console.error(`cannot listen on ${options.host}:${options.port}: ${error.message}`);
  process.exit(1);
});
for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT'])) process.once(signal, () => void stop());

await cache.prepare();
await Promise.all([follow(), reporter.run(stopping.signal)]);

/**
 * Hands every new resolution to the switch, and waits for nothing else: the next one must find this loop listening.
 * What waiting cannot mend (a refused token) ends it; what is loaded by then goes on being served.
 */
async function follow() {
  try {
    for await (const resolution of client.follow(model, alias, { signal: stopping.signal })) versions.want(resolution);
  } catch (error) {
    if (!versions.status().live) throw error;
    log(`not following ${model}@${alias} any more: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @param {string} line */
function log(line) {
  lastLine = line;
  console.log(`${new Date().toISOString()} ${line}`);
}

/** Says what repeats while a connection is tried again and again only once. @param {string} line */
function logOnce(line) {
  if (line !== lastLine) log(line);
}

/** Ends cleanly: requests that have arrived are answered, new ones are not taken. */
async function stop() {
  stopping.abort();
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  await closed;
  versions.close();
}
