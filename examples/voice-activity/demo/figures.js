// @ts-check
import { heading, inMs } from './print.js';

/**
 * The rollback in figures.
 * @param {import('./rollback-under-load.js').Outcome} outcome
 */
export function printFigures(outcome) {
  const { rollback, seen, heard, commandMs, fromCommand, fromCommit, perSecond } = outcome;
  const { from, to } = rollback;
  heading(`Rolled back v${from} → v${to} under ${perSecond} requests a second`);
  line('requests answered', String(seen.answered), versions(seen.byVersion));
  line('requests failed', String(seen.failed), seen.firstError ?? '');
  line('the middle one of the answers', cost(seen.medianMs), 'half a second of audio each');
  line('answers that heard the speech', `v${from}: ${heard.before}`, `v${to}: ${heard.after}`);
  line('the command itself', cost(commandMs), 'a fresh process of the lastgood command, start to end');
  line(`command → first answer of v${to}`, cost(fromCommand.firstNewMs));
  line(`command → last answer of v${from}`, cost(fromCommand.lastOldMs), `every later one is of v${to}`);
  line(`commit → first answer of v${to}`, cost(fromCommit.firstNewMs));
  line(`commit → last answer of v${from}`, cost(fromCommit.lastOldMs));
}

/**
 * The registry's own clock of the rollback, which stops on the reports of the serving controllers.
 * @param {Record<string, string | null>} timeline times by name
 */
export function printTimeline(timeline) {
  const { requestedAt, committedAt, allSwitchedAt, healthyAt } = timeline;
  const since = (/** @type {string | null | undefined} */ time) =>
    time && requestedAt ? cost(Date.parse(time) - Date.parse(requestedAt)) : 'not yet';
  line("the registry's clock: committed", since(committedAt), 'after it was requested');
  line('  all controllers switched', since(allSwitchedAt), 'as they reported');
  line('  healthy', since(healthyAt));
}

/** @param {string} name @param {string} figure @param {string} [remark] */
function line(name, figure, remark = '') {
  console.log(`  ${name.padEnd(34)}${figure.padStart(14)}   ${remark}`.trimEnd());
}

/** @param {number | null} ms */
function cost(ms) {
  return ms === null ? 'none' : `${inMs(Math.max(0, ms))} ms`;
}

/** @param {Record<string, number>} byVersion */
function versions(byVersion) {
  return Object.entries(byVersion)
    .map(([version, count]) => `${count} by ${version}`)
    .join(', ');
}
