import { Option, type Command } from 'commander';
import type { AliasView, RollbackView } from '../client/index.js';
import { reasonFlag, secondsArgument, versionArgument } from './arguments.js';
import { CommandFailure, usage } from './command-failure.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { EXIT } from './exit-codes.js';
import { justRolledBack } from './just-rolled-back.js';
import { doneText, previewText } from './rollback-text.js';
import { runCommand, type Session } from './run-command.js';
import type { Shell } from './shell.js';
import { waitForSwitch } from './wait-for-switch.js';

interface Flags extends ConnectionFlags {
  alias: string;
  reason?: string;
  from?: number;
  to?: number;
  yes?: boolean;
  wait?: boolean;
  timeout: number;
}

/** `lastgood rollback <model>`: back to the last good version. Needs the API and nothing else. */
export function addRollback(program: Command, shell: Shell): void {
  withConnection(program.command('rollback'))
    .description('return an alias to its last good version, and reject the one it leaves')
    .argument('<model>', 'the model')
    .option('--alias <alias>', 'the alias to roll back', 'production')
    .option('--reason <text>', 'why; kept in the history')
    .option('--from <version>', 'only if this version is live; default: the one that is', versionArgument)
    .option('--to <version>', 'another version than the rollback target', versionArgument)
    .option('--yes', 'do not ask')
    .option('--wait', 'return when all serving controllers have switched')
    .addOption(timeout())
    .addHelpText(
      'after',
      example(
        'lastgood rollback voice-activity --reason "hears speech in silence"',
        'lastgood rollback voice-activity --reason "p95 doubled" --from v191 --yes --wait --json',
      ),
    )
    .action((model: string, flags: Flags) =>
      runCommand(shell, flags, { model, alias: flags.alias, version: flags.to }, (session) =>
        rollBack(session, model, flags),
      ),
    );
}

function timeout(): Option {
  return new Option('--timeout <time>', 'how long --wait waits, such as 90s or 5m')
    .argParser(secondsArgument)
    .default(60_000, '60s');
}

async function rollBack(session: Session, model: string, flags: Flags): Promise<void> {
  const { client, shell, output, actor } = session;
  const again = `lastgood rollback ${model} --reason "what is wrong with it"`;
  const reason = reasonFlag(flags.reason, again);
  const mayAsk = shell.interactive && !output.json;
  if (!flags.yes && !mayAsk) {
    throw usage('There is no person at the terminal to ask. Add --yes to roll back without asking.', `${again} --yes`);
  }
  const live = await client.getAlias(model, flags.alias);
  const from = flags.from ?? live.version;
  let startedMs = shell.startedMs;
  // When something else is live than what was named, nothing will move, so there is nothing to agree to.
  if (from === live.version) {
    if (flags.yes) await refuseSecondStep(session, live, flags);
    else startedMs = await ask(session, live, reason, flags.to);
  }
  const rollback = await client.rollBack(model, flags.alias, { reason, from, to: flags.to });
  const commandToCommitMs = Math.round(performance.now() - startedMs);
  if (!flags.wait) {
    output.result({ ...rollback, commandToCommitMs }, () => doneText(shell, rollback, { actor, commandToCommitMs }));
    return;
  }
  output.note(doneText(shell, rollback, { actor, commandToCommitMs }));
  await reportSwitch(session, rollback, commandToCommitMs, flags.timeout);
}

// A person may take time to decide; the clock of the command runs from the decision then.
async function ask({ client, shell }: Session, live: AliasView, reason: string, to?: number): Promise<number> {
  if (live.rollbackTarget === null && to === undefined) throw nothingToReturnTo(live);
  const earlier = await justRolledBack(client, live, shell.now());
  shell.out(previewText(shell, live, { reason, to, earlier }));
  if (await shell.confirm(`Roll back ${live.alias} of ${live.model}?`)) return performance.now();
  throw new CommandFailure('aborted', EXIT.aborted, 'Not rolled back', 'Nothing was changed.');
}

// Two operators press within seconds of each other. The second must not step back once more by accident.
async function refuseSecondStep({ client, shell }: Session, live: AliasView, flags: Flags): Promise<void> {
  if (flags.from !== undefined || flags.to !== undefined) return;
  const earlier = await justRolledBack(client, live, shell.now());
  if (earlier === null) return;
  throw new CommandFailure(
    'just-rolled-back',
    EXIT.conflict,
    'It was rolled back already, a moment ago',
    `${earlier.actor} moved ${live.alias} of ${live.model} from v${earlier.from} to v${earlier.to}, because: ${earlier.reason}\n` +
      `Nothing was changed now. To step back from v${earlier.to} as well, name it.`,
    `lastgood rollback ${live.model} --from v${earlier.to} --reason "what is wrong with it" --yes`,
  );
}

function nothingToReturnTo({ model, alias, version }: AliasView): CommandFailure {
  return new CommandFailure(
    'no-rollback-target',
    EXIT.refused,
    'There is nothing to roll back to',
    `${alias} of ${model} is at v${version}, and no other version has served there without being rejected. Name one with --to.`,
    `lastgood versions ${model}`,
  );
}

async function reportSwitch(session: Session, rollback: RollbackView, commandToCommitMs: number, timeoutMs: number) {
  const { output } = session;
  const { rollback: latest, failure, text } = await waitForSwitch(session, rollback, timeoutMs);
  output.result({ ...latest, commandToCommitMs }, () => text);
  if (failure) throw failure;
}
