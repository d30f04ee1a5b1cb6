import type { Command } from 'commander';
import { LastgoodError, type LastgoodClient } from '../client/index.js';
import { usage } from './command-failure.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { counted } from './format.js';
import { firstItems } from './pages.js';
import { runCommand } from './run-command.js';
import type { Shell } from './shell.js';

interface Flags extends ConnectionFlags {
  all?: boolean;
}

/** `lastgood jobs retry`: runs a failed job again, or all of them. */
export function addRetry(jobs: Command, shell: Shell): void {
  withConnection(jobs.command('retry'))
    .description('run a failed job again, with all its attempts before it')
    .argument('[id]', 'the job, as `lastgood jobs` names it')
    .option('--all', 'every job that is failed now')
    .addHelpText('after', example('lastgood jobs retry outbox-42-1779000000000', 'lastgood jobs retry --all'))
    .action((id: string | undefined, _own: Flags, command: Command) => {
      // commander gives the flags that `jobs` has too to `jobs`, wherever they stand.
      const flags = command.optsWithGlobals<Flags>();
      return runCommand(shell, flags, {}, async ({ client, output }) => {
        if ((id === undefined) !== (flags.all ?? false))
          throw usage('Name one job, or say --all.', 'lastgood jobs retry --all');
        const retried = id === undefined ? await retryAll(client) : [(await client.retryJob(id)).id];
        output.result({ retried }, () => {
          if (retried.length === 0) return 'No failed jobs.';
          return id === undefined ? `${counted(retried.length, 'job')} will run again.` : `${id} will run again.`;
        });
      });
    });
}

/** All that are failed at the start: one that fails again meanwhile is not run again without end. */
async function retryAll(client: LastgoodClient): Promise<string[]> {
  const { items } = await firstItems(Infinity, (page) => client.failedJobs(page));
  const retried: string[] = [];
  for (const { id } of items) {
    if (await wasFailed(client, id)) retried.push(id);
  }
  return retried;
}

// Somebody else may have run it again, or it went of age, since it was listed.
async function wasFailed(client: LastgoodClient, id: string): Promise<boolean> {
  try {
    await client.retryJob(id);
    return true;
  } catch (error) {
    if (error instanceof LastgoodError && (error.code === 'job-not-failed' || error.code === 'job-not-found'))
      return false;
    throw error;
  }
}
