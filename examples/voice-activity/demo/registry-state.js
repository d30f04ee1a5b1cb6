// @ts-check
// What the demo reads from the registry. Everything that it changes goes through the command instead, as an operator's
// changes would.
import { setTimeout as sleep } from 'node:timers/promises';
import { LastgoodError } from 'lastgood/client';
import { ALIAS, MODEL } from './going-forward.js';

/** @typedef {import('lastgood/client').LastgoodClient} Client */

/**
 * The numbers of the versions that the model has; none where there is no model yet.
 * @param {Client} client
 * @returns {Promise<Set<number>>}
 */
export async function knownVersions(client) {
  const page = await orNull(client.listVersions(MODEL));
  return new Set((page?.items ?? []).map(({ version }) => version));
}

/**
 * Versions that are rejected under the alias; none where there is no alias yet.
 * @param {Client} client
 */
export async function rejectedVersions(client) {
  return (await orNull(client.getAlias(MODEL, ALIAS)))?.rejected ?? [];
}

/**
 * Holds the registry to its word: a move that it acknowledged to an earlier run must be in the history, even if the
 * registry was killed right after it.
 * @param {Client} client
 * @param {import('./acknowledged.js').Move | null} move
 * @returns {Promise<string | null>} what was found, for people; null where there is nothing to look for
 * @throws {Error} when the move is lost
 */
export async function rememberedMove(client, move) {
  if (!move) return null;
  for (let token = '', more = true; more;) {
    const page = await historyPage(client, token);
    const found = page.items.find(({ revision }) => revision === move.revision);
    if (found && found.to === move.version) return `still has revision ${found.revision}, ${ALIAS} → v${found.to}`;
    token = page.nextPageToken ?? '';
    more = token !== '';
  }
  throw new Error(`the registry has lost revision ${move.revision}, which moved ${ALIAS} to v${move.version}`);
}

/** @param {Client} client @param {string} pageToken empty for the newest moves */
async function historyPage(client, pageToken) {
  const page = await orNull(client.history(MODEL, ALIAS, pageToken === '' ? {} : { pageToken }));
  return page ?? { items: [], nextPageToken: null };
}

/**
 * The rollback's timeline, once the serving controllers have reported, or as it is after three seconds.
 * @param {Client} client
 * @param {number} id
 */
export async function timelineOf(client, id) {
  for (let tries = 0; ; tries++) {
    const { timeline } = await client.getRollback(MODEL, ALIAS, id);
    if (timeline.healthyAt !== null || tries === 30) return timeline;
    await sleep(100);
  }
}

/** @template T @param {Promise<T>} asked @returns {Promise<T | null>} null where there is no such thing */
async function orNull(asked) {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof LastgoodError && error.status === 404) return null;
    throw error;
  }
}
