#!/usr/bin/env node
import { Command } from 'commander';
import { CLIENT_VERSION } from '../client/client-version.js';
import { parseCommandLine, prepare, processShell, registerCliCommands } from '../cli/index.js';
import { addPull } from './pull-command.js';
import { addServerCommands } from './server-commands.js';

// `lastgood models | head` closes the pipe early, and that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const shell = processShell();
const argv = process.argv.slice(2);
const program = prepare(new Command('lastgood'), shell, argv)
  .description('A model registry, built for the moment when a bad model is live and the last good one must come back.')
  .version(CLIENT_VERSION)
  .showHelpAfterError(false)
  .configureHelp({ showGlobalOptions: false });

program.commandsGroup('Registry:');
registerCliCommands(program, shell);
program.commandsGroup('Nodes:');
addPull(program, shell);
program.commandsGroup('Servers:');
addServerCommands(program);
await parseCommandLine(program, shell, argv);
process.exitCode = shell.exitCode;
