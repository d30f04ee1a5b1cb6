import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { sizeText } from '../agent/cache/index.js';
import { DOWNLOAD_SETTINGS } from '../agent/download/index.js';
import { pullVersion, PullFailure, type Pulled } from '../agent/pull/index.js';
import {
  CommandFailure,
  duration,
  EXIT,
  runCommand,
  usage,
  type ConnectionFlags,
  type ExitCode,
} from '../cli/index.js';
import type { Session, Shell } from '../cli/index.js';
import { ConfigError, loadConfig } from '../platform/config/index.js';
import { StoreSet } from '../stores/store-set.js';
import { PullProgress } from './pull-progress.js';
import { wantedVersion, type WantedVersion } from './wanted-version.js';
import { storeOptions } from './store-options.js';

export interface PullFlags extends ConnectionFlags {
  cache?: string;
  parts: number;
}

const EXITS: Partial<Record<PullFailure['code'], ExitCode>> = {
  unreachable: EXIT.unreachable,
  missing: EXIT.notFound,
  forbidden: EXIT.refused,
  unsupported: EXIT.refused,
  'no-room': EXIT.refused,
  'folder-taken': EXIT.conflict,
  'folder-unusable': EXIT.refused,
};

/** The body of `lastgood pull`. Away from a terminal it prints a JSON document a line: progress, and how it ended. */
export async function pull(shell: Shell, name: string, folder: string, flags: PullFlags): Promise<void> {
  const { env } = shell;
  const json = flags.json === true || !shell.interactive;
  const lastGood = flags.lastGood ?? (env.LASTGOOD_LAST_GOOD || defaultLastGood(env));
  const given = flags.cache ?? env.LASTGOOD_CACHE ?? '';
  const cache = given === '' ? null : resolve(given);
  await runCommand(shell, { ...flags, lastGood, json }, {}, async (session) => {
    const stop = new AbortController();
    const onSignal = (): void => stop.abort(new Error('stopped'));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal);
    const stores = await storesOf(env);
    try {
      const wanted = await wantedVersion(session.client, name, cache);
      await pullWanted(session, wanted, { folder, cache, parts: flags.parts, stores, signal: stop.signal });
    } catch (error) {
      throw asCommandFailure(error, stop.signal);
    } finally {
      stores.close();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
    }
  });
}

interface How {
  readonly folder: string;
  readonly cache: string | null;
  readonly parts: number;
  readonly stores: StoreSet;
  readonly signal: AbortSignal;
}

async function pullWanted({ shell, output }: Session, wanted: WantedVersion, how: How): Promise<void> {
  const { model, version, artifacts, source, ageSeconds } = wanted;
  const { cache, parts, stores: sources, signal } = how;
  const folder = resolve(how.folder);
  const what = `${model} v${version}`;
  if (source !== 'registry') output.note(`The registry does not answer. ${what} ${asKnown(wanted)}.`);
  const total = artifacts.reduce((sum, { size }) => sum + size, 0);
  const progress = await PullProgress.start(shell, output.json, what, total);
  progress.tell({ event: 'resolved', model, version, source, ageSeconds, bytesTotal: total });
  const onNote = (text: string): void => {
    output.note(text);
    progress.tell({ event: 'note', text });
  };
  const request = { model, version, artifacts, folder, cache, sources, parts, signal, onNote };
  let pulled: Pulled;
  try {
    pulled = await pullVersion({ ...request, onProgress: (now) => progress.moved(now) });
  } finally {
    progress.stop();
  }
  progress.tell({ event: 'done', model, version, folder, ...pulled });
  if (!output.json) shell.out(`${what} is ${endText(pulled, total)}: ${folder}`);
}

function asKnown({ source, ageSeconds }: WantedVersion): string {
  if (source === 'cache') return "is known from this node's cache";
  return `is what it said ${duration(ageSeconds * 1000)} ago`;
}

function endText({ from, bytesFetched }: Pulled, total: number): string {
  const size = sizeText(total);
  if (from === 'folder') return `there already, verified (${size})`;
  return from === 'cache'
    ? `there, from this node's cache (${size})`
    : `there (${sizeText(bytesFetched)} of ${size} fetched)`;
}

async function storesOf(env: Shell['env']): Promise<StoreSet> {
  try {
    const { limits, ...places } = storeOptions(loadConfig({ env }));
    return await StoreSet.open({ ...places, limits: { ...limits, mostWaitMs: DOWNLOAD_SETTINGS.capMs } });
  } catch (error) {
    if (error instanceof ConfigError) throw usage(error.message);
    throw error;
  }
}

// The folder for what can be made again: https://specifications.freedesktop.org/basedir-spec/latest/
function defaultLastGood(env: Shell['env']): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lastgood', 'last-good');
}

function asCommandFailure(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) {
    const detail = 'What came is kept beside the folder; the same command goes on from there.';
    return new CommandFailure('aborted', EXIT.aborted, 'Stopped', detail);
  }
  if (!(error instanceof PullFailure)) return error;
  return new CommandFailure(error.code, EXITS[error.code] ?? EXIT.unexpected, 'Not pulled', error.message);
}
