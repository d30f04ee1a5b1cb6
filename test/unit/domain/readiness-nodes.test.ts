import { describe, expect, it } from 'vitest';
import type { CheckState } from '../../../src/domain/check.js';
import { nodesItem } from '../../../src/domain/readiness-nodes.js';
import { readiness } from '../../../src/domain/readiness.js';
import { checkOf, expectedOf, LIVE, MAX_AGES, NOW, TARGET } from './readiness-world.js';

const on = (subject: string, state: CheckState, version = TARGET, age = 1) =>
  checkOf('residency', subject, { state, version, age });

const item = (residency: ReturnType<typeof on>[] | null) =>
  nodesItem({ model: 'fraud', live: LIVE, target: TARGET, residency, maxAgeSeconds: 45, now: NOW })[0];

describe('whether the rollback target lies on the nodes', () => {
  it('is asked only where there are nodes', () => {
    expect(item(null)).toBeUndefined();
  });

  it('is answered well once it lies on all of its pool', () => {
    expect(item([on('a', 'present'), on('b', 'present')])).toMatchObject({
      name: 'nodes',
      state: 'pass',
      text: 'v2 lies on all 2 nodes of its pool',
      next: null,
      expected: 2,
      maxAgeSeconds: 45,
    });
    expect(item([on('a', 'present')])?.text).toBe('v2 lies on the one node of its pool');
  });

  it.each([
    ['missing', 'fail', '1 lacks it', 'lastgood prepull status fraud --watch'],
    ['unsupported', 'fail', '1 has no room for it', 'more room'],
    ['unreachable', 'unknown', '1 is silent', 'delete nodes that are gone for good'],
  ] as const)('is %s where one node says so: %s', (seen, state, said, next) => {
    const found = item([on('a', 'present'), on('b', seen), on('c', 'present')]);
    expect(found).toMatchObject({ state, text: `v2 lies on 2 of 3 nodes of its pool: ${said}` });
    expect(found?.next).toContain(next);
    expect(found?.subjects.map(({ subject, found: what }) => [subject, what])).toEqual([['b', seen]]);
  });

  it('is unknown of a node whose word is older than its lease', () => {
    expect(item([on('a', 'present', TARGET, 46)])).toMatchObject({ state: 'unknown', unknown: 1 });
  });

  it('counts what differs, the most frequent first', () => {
    const seen = [on('a', 'missing'), on('b', 'unreachable'), on('c', 'missing'), on('d', 'present')];
    expect(item(seen)?.text).toBe('v2 lies on 1 of 4 nodes of its pool: 2 lack it, 1 is silent');
  });

  it('warns where no node is in its pool, and where the live version lacks nodes', () => {
    expect(item([])).toMatchObject({ state: 'warn', text: 'no node is in the pool of v2' });
    const live = item([on('a', 'present'), on('a', 'present', LIVE), on('b', 'missing', LIVE)]);
    expect(live).toMatchObject({
      state: 'warn',
      text: 'v2 lies on the one node of its pool, but v3 lies on 1 of 2 nodes of its pool: 1 lacks it',
    });
  });

  it('decides on the verdict with the rest of the checklist', () => {
    const needs = { version: TARGET, uris: ['s3://bucket/a'], image: null, env: {} };
    const target = { proven: true, needs };
    const bare = { model: 'fraud', alias: 'production', live: LIVE, target, controllers: ['one'], maxAges: MAX_AGES };
    const facts = { ...bare, now: NOW, residency: null };
    const checks = expectedOf(facts).map(({ kind, subject }) => checkOf(kind, subject));
    const verdict = (residency: ReturnType<typeof on>[] | null) => readiness({ ...facts, checks, residency }).verdict;
    expect(verdict(null)).toBe('ready');
    expect(verdict([on('a', 'present')])).toBe('ready');
    expect(verdict([on('a', 'missing')])).toBe('not-ready');
    expect(verdict([on('a', 'unreachable')])).toBe('unknown');
    expect(readiness({ ...facts, target: null, checks, residency: [on('a', 'present')] }).checklist).toHaveLength(1);
  });
});
