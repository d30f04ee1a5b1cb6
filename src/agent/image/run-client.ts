import { spawn } from 'node:child_process';
import { once } from 'node:events';

const KEPT_CHARACTERS = 16 * 1024;
const SHOWN_CHARACTERS = 400;

/** A client of a runtime ended otherwise than with 0, could not be started, or took too long. */
export class ClientFailure extends Error {
  override readonly name = 'ClientFailure';

  constructor(
    message: string,
    /** Null where it was not its own end. */
    readonly exitCode: number | null,
  ) {
    super(message);
  }
}

export interface ClientRun {
  readonly command: string;
  /** Handed over as they are: no shell reads them. */
  readonly args: readonly string[];
  /** It is ended after so long, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Told the newest line, whichever stream it came on. */
  readonly said?: ((line: string) => void) | undefined;
}

/**
 * Runs a runtime's client and answers what it printed, the end of it where that is long. Rejects with a ClientFailure
 * or the signal's reason.
 */
export async function runClient({ command, args, timeoutMs, signal, said }: ClientRun): Promise<string> {
  signal.throwIfAborted();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], shell: false });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output = keptEnd(output + String(chunk), said)));
  child.stderr.on('data', (chunk) => (errors = keptEnd(errors + String(chunk), said)));
  let isLate = false;
  const end = (): void => void child.kill('SIGKILL');
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, timeoutMs);
  signal.addEventListener('abort', end, { once: true });
  try {
    await once(child, 'close').catch((error: NodeJS.ErrnoException) => {
      throw new ClientFailure(`${command} cannot be started (${error.code ?? error.message})`, null);
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
  signal.throwIfAborted();
  if (isLate) throw new ClientFailure(`${command} took longer than ${timeoutMs / 1000} s and was ended`, null);
  if (child.exitCode === 0) return output;
  const why = lastLine(errors) || lastLine(output) || 'it said nothing';
  throw new ClientFailure(`${command} ended with ${child.exitCode ?? child.signalCode}: ${why}`, child.exitCode);
}

function keptEnd(text: string, said: ClientRun['said']): string {
  const line = lastLine(text);
  if (line !== '') said?.(line);
  return text.slice(-KEPT_CHARACTERS);
}

// Clients redraw their lines with control sequences (ECMA-48), which mean nothing in a reason.
const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g');

function lastLine(text: string): string {
  const lines = text
    .slice(-4096)
    .replaceAll(ESCAPES, '')
    .split(/[\r\n]+/)
    .map((line) => line.replaceAll(/\p{Cc}+/gu, ' ').trim())
    .filter((line) => line !== '');
  return (lines.at(-1) ?? '').slice(0, SHOWN_CHARACTERS);
}
