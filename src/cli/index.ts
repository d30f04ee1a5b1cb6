import type { Command } from 'commander';
import { addChecks } from './checks.js';
import { addClear } from './clear.js';
import { addDiff } from './diff.js';
import { exitCodesHelp } from './exit-codes.js';
import { addHistory } from './history.js';
import { addJobs } from './jobs.js';
import { addKnownGood } from './known-good.js';
import { addModels } from './models.js';
import { addNodes } from './nodes.js';
import { addPrepull } from './prepull.js';
import { addPromote } from './promote.js';
import { addReadiness } from './readiness.js';
import { addRegister } from './register.js';
import { addResolve } from './resolve.js';
import { addRollback } from './rollback.js';
import type { Shell } from './shell.js';
import { addShow } from './show.js';
import { addSoak } from './soak.js';
import { addVersions } from './versions.js';

export { countArgument } from './arguments.js';
export { CommandFailure, usage } from './command-failure.js';
export { withConnection, type ConnectionFlags } from './connection.js';
export { example } from './example.js';
export { EXIT, type ExitCode } from './exit-codes.js';
export { duration } from './format.js';
export { splitName } from './resolve.js';
export { runCommand, type Session } from './run-command.js';
export { parseCommandLine, prepare } from './parse-command-line.js';
export { processShell, type Shell } from './shell.js';

/** Adds the operator's commands, in the order in which `lastgood --help` lists them. */
export function registerCliCommands(program: Command, shell: Shell): void {
  for (const add of [
    addRegister,
    addModels,
    addVersions,
    addShow,
    addDiff,
    addPromote,
    addResolve,
    addHistory,
    addChecks,
  ])
    add(program, shell);
  for (const add of [addReadiness, addRollback, addClear, addKnownGood, addSoak, addJobs, addNodes, addPrepull])
    add(program, shell);
  program.addHelpText('after', `\n${exitCodesHelp()}`);
}
