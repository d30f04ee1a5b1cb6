import { expect, it } from 'vitest';
import { revisionArgument, secondsArgument, timeArgument, versionArgument } from '../../../src/cli/arguments.js';
import { splitName } from '../../../src/cli/resolve.js';
import { encodeActor } from '../../../src/client/request-headers.js';
import { runCli } from './captured-shell.js';

it('a version is v184 or 184', () => {
  expect([versionArgument('v184'), versionArgument('184'), versionArgument('2147483647')]).toEqual([
    184, 184, 2_147_483_647,
  ]);
  for (const text of ['', '0', 'v0', 'V1', '1.5', '-1', '01', '2147483648', 'latest']) {
    expect(() => versionArgument(text)).toThrow('It must be a version such as v184.');
  }
});

it('a time is taken in any zone and sent in UTC', () => {
  expect(timeArgument('2031-05-01T14:30:00+02:00')).toBe('2031-05-01T12:30:00.000Z');
  expect(timeArgument('2031-05-01')).toBe('2031-05-01T00:00:00.000Z');
  for (const text of ['', 'yesterday', '5', '2031-13-01']) expect(() => timeArgument(text)).toThrow('such as');
});

it('a length of time is seconds, minutes or hours', () => {
  expect([secondsArgument('90'), secondsArgument('90s'), secondsArgument('5m'), secondsArgument('2h')]).toEqual([
    90_000, 90_000, 300_000, 7_200_000,
  ]);
  for (const text of ['', '0', '1d', '-1', '1.5s']) expect(() => secondsArgument(text)).toThrow('such as');
});

it('a revision is a whole number', () => {
  expect(revisionArgument('0')).toBe(0);
  for (const text of ['-1', '', 'x', '9999999999999999']) expect(() => revisionArgument(text)).toThrow('revision');
});

it('a name without an alias means production', () => {
  expect(splitName('fraud')).toEqual({ model: 'fraud', alias: 'production' });
  expect(splitName('fraud@eu')).toEqual({ model: 'fraud', alias: 'eu' });
});

it('an actor survives the header in any script', () => {
  expect(encodeActor('jo@host')).toBe('jo@host');
  expect(decodeURIComponent(encodeActor('Łukasz 100% 🚀'))).toBe('Łukasz 100% 🚀');
});

it.each([
  [['promote', 'fraud', 'latest', '--reason', 'x'], /'latest' is invalid.*It must be a version such as v184/],
  [['promote', 'fraud', '2'], /--reason is missing.*\ntry: lastgood promote fraud v2 --reason "/],
  [['promote', 'fraud', '2', '--reason', ' '], /--reason is missing/],
  [['clear', 'fraud', '2'], /--reason is missing.*\ntry: lastgood clear fraud v2 --reason "/],
  [['rollback', 'fraud', '--yes'], /--reason is missing.*\ntry: lastgood rollback fraud --reason "/],
  [['rollback', 'fraud', '--reason', 'x'], /There is no person at the terminal to ask\. Add --yes/],
  [['rollback'], /missing required argument 'model'/],
  [['rolback', 'fraud'], /unknown command 'rolback'.*\n?.*rollback/],
  [['models', '--limit', '0'], /'0' is invalid.*whole number from 1/],
  [['models', '--url', 'localhost:7420'], /--url must be the registry's address.*not "localhost:7420"/],
  [['history', 'fraud', '--at', 'noon'], /It must be a time such as/],
])('%j is refused before anything is sent', async (args, message) => {
  const { code, out, err } = await runCli(args);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).toMatch(/^error: The command line cannot be used\n/);
  expect(err).toMatch(message);
});

it('with --json a command line that cannot be used is a document too', async () => {
  for (const args of [
    ['rollback', 'fraud', '--json'],
    ['promote', '--json'],
    ['models', '--json', '--limit', 'x'],
  ]) {
    const { code, err } = await runCli(args);
    expect(code).toBe(2);
    expect(JSON.parse(err)).toMatchObject({ code: 'usage', detail: expect.any(String) });
  }
});

it('every command explains itself with an example', async () => {
  const help = (await runCli(['--help'])).out;
  const names = [...help.matchAll(/^ {2}([a-z-]+) \[options\]/gm)].map(([, name]) => name ?? '');
  expect(names).toEqual(
    expect.arrayContaining('register models versions show promote resolve history rollback clear'.split(' ')),
  );
  for (const name of names) {
    const { code, out } = await runCli([name, '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`Examples?:\\n  \\$ lastgood ${name}`));
  }
  expect(help).toContain('Exit codes:\n  0  done');
});
