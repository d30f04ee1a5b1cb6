import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkout } from '../../support/run-folder.js';

const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: checkout,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((path) => existsSync(join(checkout, path)));
const read = (path: string): string => readFileSync(join(checkout, path), 'utf8');

describe('the documents', () => {
  it('link to files that are there', () => {
    const dead = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)[^)]*\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !existsSync(join(checkout, dirname(page), target)))
        .map((target) => `${page} → ${target}`),
    );
    expect(pages.length).toBeGreaterThan(15);
    expect(dead).toEqual([]);
  });

  it.each(['README.md', 'CONTRIBUTING.md', 'docs/architecture.md'])('%s names only files that are there', (page) => {
    // Names that a reader is to choose stand in no checkout yet.
    const chosen = ['migrations/0003-what-it-does.ts', 'src/cli/my-command.ts'];
    const named = [...read(page).matchAll(/`((?:src|test|docs|scripts|migrations|examples)\/[\w./-]+)`/g)]
      .map(([, path = '']) => path)
      .filter((path) => !chosen.includes(path));
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((path) => !existsSync(join(checkout, path)))).toEqual([]);
  });
});

describe('the decision records', () => {
  const folder = 'docs/decisions';
  const records = readdirSync(join(checkout, folder)).filter((name) => name !== 'README.md');

  it('are numbered in a row, and listed', () => {
    expect(records.map((name) => Number(name.slice(0, 4)))).toEqual(records.map((_, index) => index + 1));
    const listed = [...read(`${folder}/README.md`).matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target);
    expect(listed).toEqual(records.toSorted());
  });

  it.each(records)('%s says what it had to solve, what was chosen and what follows, in half a page', (name) => {
    const text = read(`${folder}/${name}`);
    const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([expect.stringMatching(/^\d+\. /), 'Context', 'Decision', 'Consequences']);
    expect(text.split('\n').length).toBeLessThan(40);
  });
});
