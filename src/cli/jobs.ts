import type { Command } from 'commander';
import type { JobSummaryView, JobView } from '../client/index.js';
import { countArgument } from './arguments.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { ago, counted, duration } from './format.js';
import { addRetry } from './jobs-retry.js';
import { firstItems } from './pages.js';
import { runCommand } from './run-command.js';
import type { Shell } from './shell.js';
import { fields, table } from './table.js';

/** A job stays in the outbox for less than a second while a worker runs. */
const LONG_SECONDS = 15;

/** `lastgood jobs`: the background jobs that were given up, and how much waits. */
export function addJobs(program: Command, shell: Shell): void {
  const jobs = withConnection(program.command('jobs'))
    .description('list the background jobs that failed for good, and what waits')
    .option('--limit <n>', 'how many at most', countArgument, 20)
    .addHelpText('after', example('lastgood jobs', 'lastgood jobs retry --all'))
    .action((flags: ConnectionFlags & { limit: number }) =>
      runCommand(shell, flags, {}, async ({ client, output }) => {
        const { items, more } = await firstItems(flags.limit, (page) => client.failedJobs(page));
        const summary = await client.jobSummary();
        output.result({ items, more, summary }, () => {
          const failed = items.length === 0 ? 'No failed jobs.' : jobTable(shell, items);
          return `${failed}\n\n${waiting(shell, summary)}`;
        });
        if (more) output.note(`There are older ones: --limit shows more than ${flags.limit}.`);
        if (summary.outbox.oldestSeconds > LONG_SECONDS) {
          output.note('Nobody takes them from the outbox: see that `lastgood worker` runs and reaches the queue.');
        }
        if (items.length > 0) output.note('To run them again once the cause is mended: lastgood jobs retry --all');
      }),
    );
  addRetry(jobs, shell);
}

function jobTable(shell: Shell, jobs: JobView[]): string {
  const rows = jobs.map(({ id, name, lane, data, attempts, reason, failedAt }) => [
    shell.paint.bold(id),
    name,
    Object.entries(data)
      .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(' '),
    lane,
    ago(failedAt, shell.now()),
    String(attempts),
    reason,
  ]);
  return table(shell, ['ID', 'JOB', 'ABOUT', 'LANE', 'FAILED', 'TRIES', 'REASON'], rows);
}

function waiting(shell: Shell, { lanes, outbox }: JobSummaryView): string {
  const { rows, oldestSeconds } = outbox;
  const age = rows === 0 ? '' : `, the oldest for ${duration(oldestSeconds * 1000)}`;
  return fields(shell, [
    ...lanes.map(({ lane, waiting: wait, active, delayed, failed }): [string, string] => [
      lane,
      `${wait} waiting, ${active} running, ${delayed} delayed, ${failed} failed`,
    ]),
    ['outbox', `${counted(rows, 'job')} on the way into the queue${age}`],
  ]);
}
