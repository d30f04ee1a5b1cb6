import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from './run-folder.js';

/** One fenced block of README.md: a list of shell commands, what the last one printed, or a program. */
export interface Block {
  readonly language: string;
  readonly text: string;
  readonly commands: readonly string[];
}

/** All fenced blocks of README.md, in order. */
export function readmeBlocks(): Block[] {
  const readme = readFileSync(join(checkout, 'README.md'), 'utf8');
  return [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => {
    const joined = text.replaceAll(/\\\n\s*/g, ' ').split('\n');
    return { language, text, commands: language === 'sh' ? joined.filter((line) => line.trim() !== '') : [] };
  });
}

/** How a command of README.md is shown to work. */
export type Kind = 'state' | 'run' | 'server' | 'covered';

const KINDS: [RegExp, Kind][] = [
  [/^(?:export|alias) /, 'state'],
  [/^lastgood (?:up|serve|worker)\b/, 'server'],
  [/^lastgood [a-z]/, 'run'],
  [/^curl -sS /, 'run'],
  [/^for v in /, 'run'],
  // Each of these has a test of its own.
  [/^scripts\/(?:quickstart|test)$/, 'covered'],
  [/^npm ci && npm run build$/, 'covered'],
  [/^docker compose up --build --detach$/, 'covered'],
];

/** Throws for a command that no test runs, so that none gets into README.md untried. */
export function kindOf(command: string): Kind {
  const kind = KINDS.find(([pattern]) => pattern.test(command))?.[1];
  if (kind) return kind;
  throw new Error(`README.md has a command that test/support/readme.ts does not know how to run: ${command}`);
}

/** What a command printed without what differs each time: times, digests, paths, the width of columns. */
export function lasting(output: string): string[] {
  return output
    .replaceAll(/sha256:[0-9a-f]{64}/g, 'sha256:…')
    .replaceAll(/\b[0-9a-f]{12}\b/g, '(digest)')
    .replaceAll(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, '(time)')
    .replaceAll(/\bjust now\b|\b\d+ (?:second|minute)s? ago\b/g, '(ago)')
    .replaceAll(/\b\d+(?:\.\d+)? m?s\b/g, '(duration)')
    .split('\n')
    .map((line) => line.trim().replaceAll(/\s+/g, ' '))
    .filter((line) => line !== '');
}
