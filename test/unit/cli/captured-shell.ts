import { Ansis } from 'ansis';
import { Command } from 'commander';
import { parseCommandLine, prepare, registerCliCommands, type Shell } from '../../../src/cli/index.js';

export interface CommandResult {
  code: number;
  out: string;
  err: string;
  /** Questions that were put to the person. */
  asked: string[];
}

export interface Surroundings {
  env?: Record<string, string>;
  /** What the person at the terminal answers; absent where there is no person. */
  answer?: boolean | (() => Promise<boolean>);
  now?: Date;
  /** The width of the terminal; null, as it is where there is none, leaves tables as wide as they are. */
  columns?: number | null;
  /** How many lines the terminal has. */
  rows?: number | null;
}

/** Runs a command line in this process, in a shell that keeps what is printed. */
export async function runCli(
  args: readonly string[],
  { env = {}, answer, now, columns = null, rows = null }: Surroundings = {},
): Promise<CommandResult> {
  const out: string[] = [];
  const err: string[] = [];
  const asked: string[] = [];
  const shell: Shell = {
    env,
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    interactive: answer !== undefined,
    columns,
    rows,
    paint: new Ansis(0),
    startedMs: performance.now(),
    now: () => now ?? new Date(),
    confirm: (question) => {
      asked.push(question);
      return typeof answer === 'function' ? answer() : Promise.resolve(answer ?? false);
    },
    progress: () => Promise.resolve({ advanceTo: () => undefined, stop: () => undefined }),
    exitCode: 0,
  };
  const program = prepare(new Command('lastgood'), shell, args);
  registerCliCommands(program, shell);
  await parseCommandLine(program, shell, args);
  return { code: shell.exitCode, out: out.join('\n'), err: err.join('\n'), asked };
}
