import { setTimeout as sleep } from 'node:timers/promises';
import { LastgoodUnreachable, type ModelResidencyView } from '../client/index.js';
import { prepullText } from './prepull-text.js';
import type { Session } from './run-command.js';

const POLL_MS = 1000;
// ECMA-48: cursor to the first place, and nothing left behind it.
const AFRESH = '\u001b[H\u001b[J';

/**
 * Shows where the versions of a model lie, again and again, until each is on every node that it must be on: a table
 * that is drawn anew at a terminal, else one JSON document a line for each change. A registry that is away is waited for.
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
      const text = redraws ? prepullText(shell, view) : JSON.stringify(view);
      const told = redraws ? text : withoutTimes(view);
      if (told !== last) shell.out(redraws ? `${AFRESH}${text}` : text);
      last = told;
      if (isWhole(view)) return;
    }
    await sleep(POLL_MS);
  }
}

const isWhole = ({ versions }: ModelResidencyView): boolean =>
  versions.every(({ wanted, resident }) => wanted === resident);

// Agents report all the time, mostly that nothing changed.
const withoutTimes = (view: ModelResidencyView): string =>
  JSON.stringify(view, (name, value: unknown) => (name === 'updatedAt' ? undefined : value));
