// Makes a process as late as one on a machine that is busy with other things, so that a test that leaves anything to chance
// is found by whoever wrote it. Where TEST_LATENESS is set, vitest.config.ts has it loaded into every process that the
// tests run in, and into those of the product that they start with their own environment.
import files from 'node:fs/promises';
import { Server } from 'node:http';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

// Taken now, since a test may put a clock of its own in their places.
const { setTimeout: after } = globalThis;
const now = performance.now.bind(performance);

// 1 makes most things take about ten times as long.
const lateness = Number(process.env.TEST_LATENESS);
const upTo = (ms) => Math.random() * ms * lateness;
const happens = (share) => Math.random() < share;
const passed = (ms) => (ms === 0 ? Promise.resolve() : new Promise((resolve) => after(resolve, ms)));

/** What waits in a queue: mostly nothing, now and then very long. In milliseconds. */
const inQueue = () => {
  if (happens(0.02)) return upTo(400);
  return happens(0.3) ? upTo(40) : 0;
};
/** The same of a disk, which a test asks far more often. */
const onDisk = () => {
  if (happens(0.003)) return upTo(400);
  return happens(0.05) ? upTo(20) : 0;
};

/** The machine gives the processor to somebody else. */
function standStill() {
  after(
    () => {
      const until = now() + (happens(0.3) ? upTo(happens(0.1) ? 500 : 80) : 0);
      while (now() < until);
      standStill();
    },
    50 + Math.random() * 200,
  ).unref();
}

/** Timers end late, and some a millisecond early, as those of Node.js do. */
function delayTimers() {
  const lateBy = (ms) => (happens(0.25) ? upTo(ms * 0.3 + 15) : 0);
  const whenOf = (ms) => (ms > 2 && happens(0.1) ? ms - 1 : ms + lateBy(ms));
  const late = (work, ms, ...rest) => after(work, whenOf(Number(ms) || 0), ...rest);
  globalThis.setTimeout = Object.assign(late, after);
  const { setTimeout: pause } = timers;
  timers.setTimeout = (ms, ...rest) => pause(whenOf(Number(ms) || 0), ...rest);
}

/** Has `instead` called in place of a function of `owner`; it is given that one, and what it was to be called with. */
function replace(owner, name, instead) {
  const call = owner[name];
  owner[name] = function (...given) {
    return instead(call.bind(this), given);
  };
}

async function delayFiles() {
  const handle = await files.open(new URL(import.meta.url), 'r');
  await handle.close();
  const slowly = async (call, given) => {
    await passed(onDisk());
    try {
      return await call(...given);
    } finally {
      await passed(onDisk());
    }
  };
  for (const name of ['read', 'write', 'sync', 'stat', 'truncate', 'readFile'])
    replace(Object.getPrototypeOf(handle), name, slowly);
  for (const [name, call] of Object.entries(files))
    // Those two answer with more than a promise.
    if (typeof call === 'function' && name !== 'watch' && name !== 'glob') replace(files, name, slowly);
}

/** A server of this process is slow to begin with a request. */
function delayRequests() {
  replace(Server.prototype, 'emit', (emit, about) => {
    const ms = about[0] === 'request' ? inQueue() : 0;
    if (ms === 0) return emit(...about);
    after(emit, ms, ...about);
    return true;
  });
}

/** What the database answered arrives late. */
function delayQueries() {
  const { Client } = createRequire(new URL('../../package.json', import.meta.url))('pg');
  replace(Client.prototype, 'query', (query, about) => {
    const told = about.at(-1);
    if (typeof told === 'function')
      return query(...about.slice(0, -1), (...answer) => void passed(inQueue()).then(() => told(...answer)));
    const answer = query(...about);
    if (typeof answer?.then !== 'function') return answer;
    return answer.finally(() => passed(inQueue()));
  });
}

standStill();
delayTimers();
await delayFiles();
delayRequests();
delayQueries();
syncBuiltinESMExports();
