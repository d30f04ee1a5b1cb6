import type { Readable, Writable } from 'node:stream';

/** Asks at a terminal, No being the answer that Enter gives. False also when the person leaves, by Ctrl-C or Ctrl-D. */
export async function askYesNo(question: string, input: Readable, output: Writable): Promise<boolean> {
  // Loaded only when asking: the other commands start faster without it.
  const { confirm } = await import('@clack/prompts');
  // The prompt knows Ctrl-C alone. Ctrl-D would end its reading, and with it this process, before there is an answer.
  const left = new AbortController();
  const onKey = (_text: unknown, key?: { ctrl?: boolean; name?: string }): void => {
    if (key?.ctrl === true && key.name === 'd') left.abort();
  };
  const onEnd = (): void => left.abort();
  input.on('keypress', onKey).on('end', onEnd);
  try {
    return (await confirm({ message: question, initialValue: false, input, output, signal: left.signal })) === true;
  } finally {
    input.off('keypress', onKey).off('end', onEnd);
  }
}
