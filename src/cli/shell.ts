import { Ansis } from 'ansis';
import { askYesNo } from './ask-yes-no.js';
import { startProgress, type Progress } from './progress.js';

/** What a command has around it: the terminal or pipe it was started from. */
export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes one text and a line end to stdout: results, nothing else. */
  out(text: string): void;
  /** Writes one text and a line end to stderr: errors, notes, progress. */
  err(text: string): void;
  /** True when a person sits at both ends: only then may a command ask. */
  readonly interactive: boolean;
  /** How many characters fit into a line of the terminal, now; null where stdout is none, so that nothing is wrapped. */
  readonly columns: number | null;
  /** How many lines the terminal has, now; null where stdout is none. */
  readonly rows: number | null;
  /** Colours that stay silent where nobody would see them. */
  readonly paint: Ansis;
  /** When the command was given, on the clock of `performance.now()`. */
  readonly startedMs: number;
  now(): Date;
  /** Asks yes or no; false also when the person cancels. */
  confirm(question: string): Promise<boolean>;
  /** Shows how far a long step is, where somebody watches. `total` is in bytes. */
  progress(label: string, total: number): Promise<Progress>;
  /** What the process will end with. */
  exitCode: number;
}

/** The shell of this process. */
export function processShell(): Shell {
  const { stdin, stdout, stderr, env } = process;
  return {
    env,
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    interactive: stdin.isTTY && stdout.isTTY,
    // Asked for each time, since windows are resized; a terminal that does not know its width says 0.
    get columns() {
      return stdout.isTTY && stdout.columns > 0 ? stdout.columns : null;
    },
    get rows() {
      return stdout.isTTY && stdout.rows > 0 ? stdout.rows : null;
    },
    paint: new Ansis(wantsColour(stdout.isTTY, env) ? undefined : 0),
    startedMs: 0, // performance.now() counts from the start of the process
    now: () => new Date(),
    confirm: (question) => askYesNo(question, stdin, stdout),
    progress: (label, total) => startProgress(label, total, stderr.isTTY),
    exitCode: 0,
  };
}

/** Colour for terminals, unless NO_COLOR (https://no-color.org) is set to anything. */
export function wantsColour(isTerminal: boolean, env: Shell['env']): boolean {
  return isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
}
