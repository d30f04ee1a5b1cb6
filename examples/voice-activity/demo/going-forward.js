// @ts-check
// Registering the versions and moving production forward.
import { statSync } from 'node:fs';
import path from 'node:path';
import { done, note } from './print.js';

export const MODEL = 'voice-activity';
export const ALIAS = 'production';

/** @typedef {import('./lastgood.js').Lastgood} Lastgood */

/**
 * Registers one version; registering the same again finds the version that it is.
 * @param {Lastgood} lastgood
 * @param {{model: string, serving: string}} files
 * @param {Set<number>} known versions that were there before
 * @returns {Promise<number>} the version's number
 */
export async function register(lastgood, { model, serving }, known) {
  const { answer, ms } = await lastgood.run([
    'register',
    MODEL,
    '--upload',
    model,
    '--serving',
    serving,
    '--create-model',
  ]);
  const version = Number(answer.version);
  const size = `${(statSync(model).size / 1e6).toFixed(1)} MB`;
  const text = known.has(version) ? `already v${version}` : `v${version}`;
  done('register', `${text}: ${path.basename(model)} with ${path.basename(serving)}, ${size}`, ms);
  return version;
}

/**
 * Lifts the rejections that rollbacks of earlier runs left on our versions.
 * @param {Lastgood} lastgood
 * @param {number[]} versions
 * @param {number[]} rejected
 */
export async function clearRejections(lastgood, versions, rejected) {
  for (const version of versions.filter((each) => rejected.includes(each))) {
    note(`v${version} was rolled back by an earlier run, and stays rejected until an operator clears it:`);
    const reason = 'the quickstart runs again and needs the bad version live';
    const { ms } = await lastgood.run(['clear', MODEL, `v${version}`, '--reason', reason]);
    done('clear', `v${version} may be promoted to ${ALIAS} again`, ms);
  }
}

/**
 * Points production at a version.
 * @param {Lastgood} lastgood
 * @param {number} version
 * @param {string} reason
 * @returns {Promise<{version: number, revision: number, rollbackTarget: {version: number, proven: boolean} | null}>}
 */
export async function promote(lastgood, version, reason) {
  const { answer, ms } = await lastgood.run(['promote', MODEL, `v${version}`, '--reason', reason]);
  done('promote', `${ALIAS} → v${version}, because: ${reason}`, ms);
  return answer;
}
