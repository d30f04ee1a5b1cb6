// @ts-check
// The walk through one real rollback, step by step.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LastgoodClient } from 'lastgood/client';
import { Acknowledged } from './acknowledged.js';
import { printFigures, printTimeline } from './figures.js';
import { ALIAS, clearRejections, MODEL, promote, register } from './going-forward.js';
import { Lastgood } from './lastgood.js';
import { binary, halfSecond, versions as files } from './places.js';
import { done, heading, note } from './print.js';
import { Processes } from './processes.js';
import { knownVersions, rejectedVersions, rememberedMove, timelineOf } from './registry-state.js';
import { complaints, rollBackUnderLoad } from './rollback-under-load.js';
import { served, untilServed } from './served.js';
import { printWhatNext } from './what-next.js';

/**
 * @param {import('./options.js').Options} options
 * @param {import('./processes.js').OnStarting} onStarting told how to stop each process that is started here
 * @throws {Error} when a step fails, a request failed, or the wrong version serves
 */
export async function walk(options, onStarting) {
  heading(`Lastgood: one real rollback. Everything is kept in ${options.data}`);
  const processes = new Processes(options.data);
  const registry = await startRegistry(processes, options.port, onStarting);
  const env = processes.clientEnvironment(registry.url);
  const lastgood = new Lastgood({ binary, env });
  const token = env['LASTGOOD_TOKEN'];
  const client = new LastgoodClient({ url: registry.url, actor: 'quickstart', ...(token ? { token } : {}) });

  const acknowledged = new Acknowledged(processes.folder);
  const remembered = await rememberedMove(client, acknowledged.read());
  if (remembered) note(remembered);

  const known = await knownVersions(client);
  const versions = [];
  for (const each of files) versions.push(await register(lastgood, each, known));
  const [first = 0, second = 0, third = 0] = versions;
  await clearRejections(lastgood, versions, await rejectedVersions(client));

  const move = async (/** @type {number} */ version, /** @type {string} */ reason) => {
    const alias = await promote(lastgood, version, reason);
    acknowledged.write(alias);
    return alias;
  };
  await move(first, 'the first model that hears speech');
  const server = await startServer(processes, options.serverPort, env, onStarting, first);
  await move(second, 'as sure, in a fraction of the time');
  await follows(server.url, second);
  const { rollbackTarget } = await move(third, 'newer weights');
  await follows(server.url, third);
  if (!rollbackTarget) throw new Error(`${ALIAS} has no rollback target after three moves`);
  const target = rollbackTarget.version;
  await untilServed(server.url, third, [target]);
  const standing = rollbackTarget.proven ? 'known good' : 'unproven: it has not soaked yet';
  note(`the rollback target is v${target} (${standing}), and the model server keeps it loaded`);

  const reason = `v${third} hears nobody: no context samples`;
  const outcome = await rollBackUnderLoad(lastgood, server.url, await readFile(halfSecond), reason);
  const { id, revision, to } = outcome.rollback;
  acknowledged.write({ revision, version: to });
  done('rollback', `${ALIAS} → v${to}, because: ${reason}`, outcome.commandMs);

  const { live } = await served(server.url);
  const resolved = await client.resolve(MODEL, ALIAS, { consistency: 'strong' });
  printFigures(outcome);
  printTimeline(await timelineOf(client, id));
  const wrong = complaints(outcome, { target, live: live?.version, resolved: resolved.version });
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  console.log(`\n  Every step worked, no request failed, and v${target} serves again.`);
  if (options.once) return;
  const needsToken = existsSync(path.join(options.data, 'admin.token'));
  printWhatNext({ registry, server, data: options.data, needsToken, next: nextVersion(known, versions) });
}

/** @param {Processes} processes @param {number | null} port @param {Parameters<typeof walk>[1]} onStarting */
async function startRegistry(processes, port, onStarting) {
  const began = performance.now();
  const registry = await processes.startRegistry(port, onStarting);
  const what = registry.found ? 'runs already, on' : 'lastgood up, listening on';
  done('registry', `${what} ${registry.url}`, performance.now() - began);
  return registry;
}

/**
 * @param {Processes} processes @param {number | null} port @param {NodeJS.ProcessEnv} env
 * @param {Parameters<typeof walk>[1]} onStarting @param {number} version
 */
async function startServer(processes, port, env, onStarting, version) {
  const began = performance.now();
  const server = await processes.startServer(port, env, onStarting);
  await untilServed(server.url, version);
  done('serve', `a model server on ${server.url} follows ${ALIAS}: v${version}`, performance.now() - began);
  return server;
}

/** @param {string} url @param {number} version */
async function follows(url, version) {
  const began = performance.now();
  await untilServed(url, version);
  done('', `the model server has fetched and loaded v${version}, and serves it`, performance.now() - began);
}

/**
 * The number that one more version will have; where there is one beyond ours already, a run before suggested it.
 * @param {Set<number>} known @param {number[]} versions
 */
function nextVersion(known, versions) {
  const latest = Math.max(...versions);
  const beyond = Math.max(...known, 0);
  return beyond > latest ? beyond : latest + 1;
}
