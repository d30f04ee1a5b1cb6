import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { logLibraryWarnings } from '../../../src/platform/telemetry/library-warnings.js';

const { warn } = console;
let lines: string[];
beforeEach(() => {
  lines = [];
  logLibraryWarnings(pino({ base: undefined, timestamp: false }, { write: (line) => void lines.push(line) }));
});
afterEach(() => {
  console.warn = warn;
});

it('remembers only so many texts, however many different ones there are', () => {
  console.warn('the first');
  for (let job = 0; job < 100; job += 1) console.warn(`job ${job} stalled`);
  console.warn('the first');
  expect(lines.filter((line) => line.includes('the first'))).toHaveLength(2);
});

it('puts what a library warns of into the log, each text once', () => {
  for (let connection = 0; connection < 4; connection += 1)
    console.warn('IMPORTANT! Eviction policy is allkeys-lru.\n  It should be', '"noeviction"');
  console.warn('something else');
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    { level: 40, msg: 'IMPORTANT! Eviction policy is allkeys-lru. It should be "noeviction"' },
    { level: 40, msg: 'something else' },
  ]);
});
