import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkout } from '../../support/run-folder.js';

const MAX_LINES = 300;
const sources = /\.(ts|mjs|js|cjs)$|^scripts\//;

/** Every file that is committed or about to be; what git ignores is not ours. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
  cwd: checkout,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => path !== '')
  .flatMap((path) => {
    try {
      return [{ path, text: readFileSync(join(checkout, path), 'utf8') }];
    } catch {
      return []; // deleted, and not yet committed
    }
  });

const matching = (pattern: RegExp): string[] =>
  files.filter(({ text }) => pattern.test(text)).map(({ path, text }) => `${path}: ${pattern.exec(text)?.[0]}`);

describe('the files of this repository', () => {
  it(`have at most ${MAX_LINES} lines each where they are source`, () => {
    const long = files
      .filter(({ path }) => sources.test(path))
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > MAX_LINES);
    expect(long).toEqual([]);
    expect(files.length).toBeGreaterThan(100);
  });

  it('name no path of the machine they were written on', () => {
    // Home folders and mounts of one machine; spelt in pieces, so that this file does not name them.
    const places = ['work/(?:main|shared|\\.)', 'tmp/(?:notes|bash_jobs)', 'root/\\.', 'home/[a-z]+/', 'Users/[A-Z]'];
    expect(matching(new RegExp(`(?<![\\w.])/(?:${places.join('|')})`))).toEqual([]);
  });

  it('name no host to install from: where packages come from is for whoever installs to say', () => {
    expect(
      matching(
        /"resolved": "https?:|\bregistry\.npmjs\b|\bregistry\s*=\s*https?:|\b(?:npm|pypi)\.[a-z-]+\.(?:com|org|net)\b/,
      ),
    ).toEqual([]);
  });
});
