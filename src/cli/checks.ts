import { Option, type Command } from 'commander';
import type { CheckHistoryInput, LastgoodClient } from '../client/index.js';
import { countArgument, secondsArgument, versionOrAliasArgument } from './arguments.js';
import { scheduleText } from './check-schedule-text.js';
import { checkTable, newestTable, presentLast } from './check-table.js';
import { usage } from './command-failure.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { versionName } from './format.js';
import { firstItems } from './pages.js';
import { pinsSeen } from './pins-seen.js';
import { runCommand, type Session } from './run-command.js';
import type { Shell } from './shell.js';
import { unlessOlder } from './unless-older.js';
import { waitForChecks } from './wait-for-checks.js';

type Filter = Pick<CheckHistoryInput, 'kind' | 'subject' | 'state'>;

interface Flags extends ConnectionFlags, Filter {
  history?: boolean;
  run?: boolean;
  deep?: boolean;
  wait?: boolean;
  timeout: number;
  limit: number;
}

const KINDS = ['artifact', 'content', 'image', 'env', 'config', 'pin', 'residency'];
const STATES = ['present', 'changed', 'missing', 'forbidden', 'unreachable', 'unsupported'];

/** `lastgood checks <model> [version|alias]`: what was seen of all that a version needs, and asking for a fresh look. */
export function addChecks(program: Command, shell: Shell): void {
  withConnection(program.command('checks'))
    .description('show whether all that a version needs is still there, or ask for a check now')
    .argument('<model>', 'the model')
    .argument(
      '[version|alias]',
      'a version such as v184, or the alias that points at one',
      versionOrAliasArgument,
      'production',
    )
    .option('--history', 'every observation that is kept, newest first, instead of the newest of each')
    .addOption(new Option('--kind <kind>', 'with --history: only of this kind').choices(KINDS))
    .addOption(new Option('--state <state>', 'with --history: only in this state').choices(STATES))
    .option('--subject <subject>', 'with --history: only of this subject, such as an artifact’s URI')
    .option('--limit <n>', 'with --history: how many at most', countArgument, 20)
    .option('--run', 'ask for a check now')
    .option('--deep', 'with --run: read the bytes of all artifacts too, and hash them')
    .option('--wait', 'with --run: return when all of it, its pins too, has been looked at, and show what was seen')
    .addOption(
      new Option('--timeout <time>', 'how long --wait waits, such as 90s or 5m')
        .argParser(secondsArgument)
        .default(60_000, '60s'),
    )
    .addHelpText(
      'after',
      example(
        'lastgood checks voice-activity rollback-target',
        'lastgood checks voice-activity rollback-target --run --deep --wait',
        'lastgood checks voice-activity v2 --history --state missing',
      ),
    )
    .action((model: string, which: number | string, flags: Flags) =>
      runCommand(shell, flags, { model }, async (session) => {
        assertFlags(model, which, flags);
        const version = await versionOf(session.client, model, which);
        if (flags.run) await ask(session, model, version, flags);
        else if (flags.history) await showHistory(session, model, version, flags);
        else await showNewest(session, model, version);
      }),
    );
}

function assertFlags(
  model: string,
  which: number | string,
  { history, run, deep, wait, kind, state, subject }: Flags,
): void {
  const shown = `lastgood checks ${model} ${nameOf(which)}`;
  if (run && history) throw usage('--run and --history do not go together: ask first, then look.', `${shown} --run`);
  if (deep && !run) throw usage('--deep is for --run: it says how to check.', `${shown} --run --deep`);
  if (wait && !run) throw usage('--wait is for --run: there is nothing else to wait for.', `${shown} --run --wait`);
  const filtered = [kind, state, subject].some((part) => part !== undefined);
  if (filtered && !history) throw usage('--kind, --state and --subject are for --history.', `${shown} --history`);
}

const nameOf = (which: number | string): string => (typeof which === 'number' ? versionName(which) : which);

async function versionOf(client: LastgoodClient, model: string, which: number | string): Promise<number> {
  return typeof which === 'number' ? which : (await client.getAlias(model, which)).version;
}

async function ask(session: Session, model: string, version: number, { deep = false, wait, timeout }: Flags) {
  const { client, output } = session;
  const pins = pinsSeen(wait ? await client.checks(model, version) : []);
  const asked = await client.askForCheck(model, version, { deep });
  if (wait) {
    await waitForChecks(session, { model, version }, { asked, pins, timeoutMs: timeout });
    return showNewest(session, model, version);
  }
  const what = deep ? 'All that it needs is looked at, and its bytes are read' : 'All that it needs is looked at';
  const name = versionName(version);
  output.result(asked, () => `${what}. To see what comes of it: lastgood checks ${model} ${name}`);
}

async function showNewest({ client, output, shell }: Session, model: string, version: number): Promise<void> {
  const [seen, rounds] = await Promise.all([
    client.checks(model, version),
    unlessOlder(client.checkRounds(model, version)),
  ]);
  const items = presentLast(seen);
  output.result({ version, items, rounds }, () =>
    [
      text(shell, model, version, newestTable(shell, items)),
      ...(rounds === null ? [] : [scheduleText(rounds, shell.now())]),
    ].join('\n\n'),
  );
}

async function showHistory(session: Session, model: string, version: number, flags: Flags): Promise<void> {
  const { limit, kind, subject, state } = flags;
  const { client, output, shell } = session;
  const read = (page: CheckHistoryInput) => client.checkHistory(model, version, { ...page, kind, subject, state });
  const { items, more } = await firstItems(limit, read);
  output.result({ version, items, more }, () => text(shell, model, version, checkTable(shell, items)));
  if (more) output.note(`There are older ones: --limit shows more than ${limit}.`);
}

const text = (shell: Shell, model: string, version: number, seen: string): string =>
  seen === ''
    ? `Nothing like that was seen of ${model} ${versionName(version)} yet.`
    : `${shell.paint.bold(`${model} ${versionName(version)}`)}\n\n${seen}`;
