// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';

const WAIT_MS = 60_000;

/**
 * What the model server says that it serves.
 * @param {string} url of the model server
 * @returns {Promise<{live: {version: number, revision: number} | null, loaded: {version: number, state: string, error?: string}[]}>}
 */
export async function served(url) {
  const response = await fetch(`${url}/served`);
  return JSON.parse(await response.text());
}

/**
 * Waits until the model server serves the version, and has the other ones loaded.
 * @param {string} url
 * @param {number} version
 * @param {number[]} warm
 * @throws {Error} when that takes longer than a minute, with what the server says instead
 */
export async function untilServed(url, version, warm = []) {
  const until = Date.now() + WAIT_MS;
  for (;;) {
    const now = await served(url);
    const ready = new Set(now.loaded.filter(({ state }) => state === 'ready').map((each) => each.version));
    if (now.live?.version === version && warm.every((each) => ready.has(each))) return;
    if (Date.now() > until) {
      throw new Error(`the model server does not serve v${version} after a minute: ${JSON.stringify(now)}`);
    }
    await sleep(10);
  }
}
