import { setTimeout as sleep } from 'node:timers/promises';
import { LastgoodUnreachable, type ModelResidencyView } from '../client/index.js';
import { prepullScreen } from './prepull-screen.js';
import { prepullText } from './prepull-text.js';
import type { Session } from './run-command.js';

const POLL_MS = 1000;
// ECMA-48: the cursor to the first place, what is right of it gone, and all that is after it. Line by line, as terminals
// keep for scrolling back what is cleared at once.
const [HOME, CLEAR_LINE, CLEAR_REST] = ['\u001b[H', '\u001b[K', '\u001b[J'];
const afresh = (text: string): string => `${HOME}${text.replaceAll('\n', `${CLEAR_LINE}\n`)}${CLEAR_REST}`;

/**
 * Shows where the versions of a model lie, again and again, until each is on every node that it must be on: a table
 * that is drawn anew at a terminal, as much of it as that has room for, else one JSON document a line for each change. A registry that is away is waited for.
 * Throws as the call does where the registry refuses.
 */
export async function watchPrepull({ client, shell, output }: Session, model: string): Promise<void> {
  const redraws = shell.interactive && !output.json;
  let last = '';
  let away = false;
  for (;;) {
    const view = await client.modelResidency(model, { retries: 0 }).catch((error: unknown) => {
      if (!(error instanceof LastgoodUnreachable)) throw error;
      if (!away) shell.err(`${error.message} It is asked again.`);
      return null;
    });
    away = view === null;
    if (view !== null) {
      const done = isWhole(view);
      // What stays behind may be longer than the screen: it is not drawn again.
      const drawn = done ? prepullText : prepullScreen;
      const text = redraws ? drawn(shell, view) : JSON.stringify(view);
      const told = redraws ? text : withoutTimes(view);
      if (told !== last) shell.out(redraws ? afresh(text) : text);
      last = told;
      if (done) return;
    }
    await sleep(POLL_MS);
  }
}

const isWhole = ({ versions }: ModelResidencyView): boolean =>
  versions.every(({ wanted, resident }) => wanted === resident);

// Agents report all the time, mostly that nothing changed.
const withoutTimes = (view: ModelResidencyView): string =>
  JSON.stringify(view, (name, value: unknown) => (name === 'updatedAt' ? undefined : value));
