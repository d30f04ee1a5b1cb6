// @ts-check
// Steady load on a model server's /predict, in an open loop: requests leave at their times whatever the answers do,
// as users would send them. Also a program: node load.js --url http://127.0.0.1:7421 --rate 40 --seconds 5
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * @typedef {object} Answer times in milliseconds since 1970, with fractions
 * @property {number} sentAt
 * @property {number} answeredAt
 * @property {number} status 0 when no whole answer came
 * @property {number | null} version the model version that answered
 * @property {boolean} heardSpeech
 * @property {string} [error]
 */

/** Milliseconds since 1970, finer than Date.now(). */
export const now = () => performance.timeOrigin + performance.now();

/** Requests at a fixed rate, from `start` to `stop`. */
export class SteadyLoad {
  /** @type {Answer[]} in the order in which the answers came */
  answers = [];
  #sent = 0;
  /** @type {Set<Promise<unknown>>} */
  #open = new Set();
  #agent = new Agent({ keepAlive: true });
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /** @param {{url: string, body: Buffer, perSecond: number, timeoutMs?: number}} options `url` of the model server */
  constructor({ url, body, perSecond, timeoutMs = 10_000 }) {
    this.url = new URL('/predict', url);
    this.body = body;
    this.everyMs = 1000 / perSecond;
    this.timeoutMs = timeoutMs;
  }

  start() {
    const began = performance.now();
    // A late timer sends what is due by now, so that a busy machine does not lower the rate.
    const tick = () => {
      while (this.#sent * this.everyMs <= performance.now() - began) this.#send();
      this.#timer = setTimeout(tick, began + this.#sent * this.everyMs - performance.now());
    };
    tick();
  }

  /** Sends no more, and waits for the answers that are still to come. */
  async stop() {
    clearTimeout(this.#timer);
    await Promise.all(this.#open);
    this.#agent.destroy();
  }

  #send() {
    this.#sent++;
    const sentAt = now();
    const asked = this.#ask()
      .then(
        ({ status, text }) => read(status, text),
        (/** @type {Error} */ error) => ({ status: 0, version: null, heardSpeech: false, error: error.message }),
      )
      .then((answer) => this.answers.push({ sentAt, answeredAt: now(), ...answer }))
      .finally(() => this.#open.delete(asked));
    this.#open.add(asked);
  }

  /** @returns {Promise<{status: number, text: string}>} */
  #ask() {
    return new Promise((resolve, reject) => {
      const headers = { 'Content-Type': 'audio/wav', 'Content-Length': this.body.length };
      const sending = request(this.url, { method: 'POST', agent: this.#agent, headers, timeout: this.timeoutMs });
      sending.on('timeout', () => sending.destroy(new Error(`no answer within ${this.timeoutMs} ms`)));
      sending.on('error', reject);
      sending.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        response.on('error', reject);
      });
      sending.end(this.body);
    });
  }
}

/** @param {number} status @param {string} text */
function read(status, text) {
  if (status !== 200) return { status, version: null, heardSpeech: false, error: text.trim() };
  const { version, speech } = JSON.parse(text);
  return { status, version: Number(version), heardSpeech: speech.length > 0 };
}

/**
 * How a switch at the moment `at` looked from outside.
 * @param {Answer[]} answers
 * @param {{at: number, to: number}} change when it was asked for, and the version that should answer from then on
 * @returns {{firstNewMs: number | null, lastOldMs: number | null}} milliseconds from `at` to the first answer of the
 *   new version, and to the last answer of any other; null where there was none
 */
export function switchSeen(answers, { at, to }) {
  const after = answers.filter((answer) => answer.status === 200 && answer.answeredAt >= at);
  const since = (/** @type {Answer | undefined} */ answer) => (answer ? answer.answeredAt - at : null);
  return {
    firstNewMs: since(after.find((answer) => answer.version === to)),
    lastOldMs: since(after.findLast((answer) => answer.version !== to)),
  };
}

/**
 * Answered, failed, how long the middle one of all answers took in milliseconds, and how many each version gave.
 * @param {Answer[]} answers
 */
export function summary(answers) {
  const failed = answers.filter((answer) => answer.status !== 200);
  /** @type {Record<string, number>} */
  const byVersion = {};
  for (const { version } of answers) {
    if (version !== null) byVersion[`v${version}`] = (byVersion[`v${version}`] ?? 0) + 1;
  }
  const times = answers.map(({ sentAt, answeredAt }) => answeredAt - sentAt).toSorted((a, b) => a - b);
  return {
    answered: answers.length - failed.length,
    failed: failed.length,
    firstError: failed[0]?.error,
    medianMs: times[times.length >> 1] ?? null,
    byVersion,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:7421' },
      rate: { type: 'string', default: '40' },
      seconds: { type: 'string', default: '5' },
      file: { type: 'string', default: path.join(import.meta.dirname, 'audio', 'half-second.wav') },
    },
  });
  const load = new SteadyLoad({ url: values.url, body: await readFile(values.file), perSecond: Number(values.rate) });
  load.start();
  await sleep(Number(values.seconds) * 1000);
  await load.stop();
  const seen = summary(load.answers);
  console.log(JSON.stringify(seen));
  process.exitCode = seen.failed > 0 ? 1 : 0;
}
