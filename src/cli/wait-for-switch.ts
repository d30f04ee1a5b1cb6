import { setTimeout as sleep } from 'node:timers/promises';
import type { ReportView, RollbackView } from '../client/index.js';
import { CommandFailure } from './command-failure.js';
import { EXIT } from './exit-codes.js';
import { counted, duration } from './format.js';
import type { Session } from './run-command.js';
import { unlessUnreachable } from './unless-unreachable.js';

const POLL_MS = 200;

interface Outcome {
  rollback: RollbackView;
  text: string;
  failure: CommandFailure | null;
}

/**
 * Reads a rollback's record until its clock says that every serving controller has switched, or `timeoutMs` is over.
 * The rollback itself is committed whatever happens here.
 */
export async function waitForSwitch(session: Session, begun: RollbackView, timeoutMs: number): Promise<Outcome> {
  const { client } = session;
  const deadline = performance.now() + timeoutMs;
  let rollback = begun;
  while (rollback.timeline.allSwitchedAt === null) {
    if (performance.now() >= deadline) return late(session, rollback, timeoutMs);
    await sleep(POLL_MS);
    rollback = (await unlessUnreachable(client.getRollback(begun.model, begun.alias, begun.id))) ?? rollback;
  }
  return { rollback, text: switchedText(rollback), failure: null };
}

function switchedText({ timeline }: RollbackView): string {
  const after = (time: string | null): string =>
    duration(Date.parse(time ?? timeline.committedAt) - Date.parse(timeline.committedAt));
  const { firstSwitchedAt, allSwitchedAt } = timeline;
  return `first controller switched ${after(firstSwitchedAt)} after the commit, all of them ${after(allSwitchedAt)} after it`;
}

async function late({ client }: Session, rollback: RollbackView, timeoutMs: number): Promise<Outcome> {
  const { model, alias, revision } = rollback;
  const reports = await unlessUnreachable(client.reports(model, alias));
  const detail = `${lateText(alias, revision, reports)} The rollback itself is committed; waited ${duration(timeoutMs)}.`;
  const failure = new CommandFailure('timed-out', EXIT.timedOut, 'Not all controllers have switched', detail);
  return { rollback, text: 'rolled back, but not seen to be switched everywhere', failure };
}

function lateText(alias: string, revision: number, reports: ReportView[] | null): string {
  if (reports === null) return 'The registry stopped answering.';
  if (reports.length === 0) {
    return `No controller reports what it serves under ${alias}, so nobody can tell whether traffic moved.`;
  }
  const behind = reports.filter((report) => report.revision < revision).map(({ controller }) => controller);
  return `${behind.length} of ${counted(reports.length, 'controller')} did not report the switch: ${behind.join(', ')}.`;
}
