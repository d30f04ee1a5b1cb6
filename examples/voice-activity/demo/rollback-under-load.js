// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { SteadyLoad, summary, switchSeen } from '../load.js';
import { ALIAS, MODEL } from './going-forward.js';

const PER_SECOND = 40;
const BEFORE_MS = 2500;
const AFTER_MS = 2500;
// A machine that cannot keep up answers late, which is no failure of what is shown here.
const PATIENCE_MS = 60_000;

/**
 * @typedef {object} Outcome
 * @property {{id: number, from: number, to: number, proven: boolean, revision: number, timeline: Record<string, string | null>}} rollback
 * @property {number} perSecond
 * @property {ReturnType<typeof summary>} seen
 * @property {{before: string, after: string}} heard how many answers heard the speech, of how many
 * @property {number} commandMs from the start of the command's process to its end
 * @property {{firstNewMs: number | null, lastOldMs: number | null}} fromCommand
 * @property {{firstNewMs: number | null, lastOldMs: number | null}} fromCommit
 * @property {number[]} laterVersions what answered the requests that were sent after the first answer of the new version
 */

/**
 * Steady requests, the rollback in their middle, and what the requests saw of it.
 * @param {import('./lastgood.js').Lastgood} lastgood
 * @param {string} serverUrl
 * @param {Buffer} body
 * @param {string} reason
 * @returns {Promise<Outcome>}
 */
export async function rollBackUnderLoad(lastgood, serverUrl, body, reason) {
  const load = new SteadyLoad({ url: serverUrl, body, perSecond: PER_SECOND, timeoutMs: PATIENCE_MS });
  load.start();
  try {
    await answered(load, () => true);
    await sleep(BEFORE_MS);
    const { startedAt, ms, answer } = await lastgood.run(['rollback', MODEL, '--reason', reason, '--yes']);
    await answered(load, ({ version }) => version === answer.to);
    await sleep(AFTER_MS);
    await load.stop();
    const committedAt = Date.parse(answer.timeline.committedAt);
    const fromCommand = switchSeen(load.answers, { at: startedAt, to: answer.to });
    const firstNewAt = startedAt + (fromCommand.firstNewMs ?? 0);
    return {
      rollback: answer,
      perSecond: PER_SECOND,
      seen: summary(load.answers),
      heard: { before: heard(load.answers, answer.from), after: heard(load.answers, answer.to) },
      commandMs: ms,
      fromCommand,
      fromCommit: switchSeen(load.answers, { at: committedAt, to: answer.to }),
      laterVersions: load.answers.filter(({ sentAt }) => sentAt > firstNewAt).map(({ version }) => version ?? 0),
    };
  } finally {
    await load.stop();
  }
}

/**
 * Waits for such an answer, as long as a request may take. That none came is for the figures to say.
 * @param {SteadyLoad} load @param {(answer: import('../load.js').Answer) => boolean} isSuch
 */
async function answered(load, isSuch) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end && !load.answers.some(isSuch); await sleep(20));
}

/** @param {import('../load.js').Answer[]} answers @param {number} version */
function heard(answers, version) {
  const given = answers.filter((answer) => answer.version === version);
  return `${given.filter((answer) => answer.heardSpeech).length} of ${given.length}`;
}

/**
 * Everything that must be so after the rollback, and is not.
 * @param {Outcome} outcome
 * @param {{target: number, live: number | undefined, resolved: number}} found the expected target, what the server
 *   serves now, what the alias resolves to now
 * @returns {string[]} empty when all is well
 */
export function complaints(outcome, { target, live, resolved }) {
  const { rollback, seen, fromCommand, laterVersions } = outcome;
  const wrong = [];
  if (rollback.to !== target) wrong.push(`it went to v${rollback.to}, and the target was v${target}`);
  if (resolved !== target) wrong.push(`${ALIAS} resolves to v${resolved} and not to v${target}`);
  if (live !== target) wrong.push(`the model server serves v${live} and not v${target}`);
  if (seen.failed > 0) wrong.push(`${seen.failed} requests failed; the first: ${seen.firstError}`);
  if (fromCommand.firstNewMs === null) wrong.push(`no request was answered by v${target} after the rollback`);
  if (laterVersions.some((version) => version !== target))
    wrong.push(`after v${target} had answered, another version answered again`);
  if (laterVersions.length === 0) wrong.push('no request was sent after the switch, so nothing is known of it');
  return wrong;
}
