import { InvalidArgumentError } from 'commander';
import { usage, type CommandFailure } from './command-failure.js';

// Parsers for arguments and flags. commander prints what they throw behind the name of the argument, and exits with 2.

/** Reads `v184` or `184`. */
export function versionArgument(text: string): number {
  const version = /^v?[1-9]\d{0,9}$/.test(text) ? Number(text.replace('v', '')) : NaN;
  if (version <= 2_147_483_647) return version;
  throw new InvalidArgumentError('It must be a version such as v184.');
}

/** Reads a version such as `v184` as its number, and leaves an alias as it is. */
export function versionOrAliasArgument(text: string): number | string {
  return /^v?\d+$/.test(text) ? versionArgument(text) : text;
}

/** Reads a whole number from 1 on. */
export function countArgument(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 on.');
}

/** Reads a revision: a whole number from 0 on. */
export function revisionArgument(text: string): number {
  const revision = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(revision)) return revision;
  throw new InvalidArgumentError('It must be a revision, such as the 42 that `lastgood show` prints.');
}

/** Reads a time and gives it back as RFC 3339 in UTC. A time without a zone is this machine's. */
export function timeArgument(text: string): string {
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? new Date(text) : new Date(NaN);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new InvalidArgumentError('It must be a time such as 2031-05-01T14:30:00Z.');
}

/** Reads a length of time: `90`, `90s`, `5m`, `2h`. Gives milliseconds. */
export function secondsArgument(text: string): number {
  const [, number, unit] = /^(\d{1,6})(s|m|h)?$/.exec(text) ?? [];
  if (number !== undefined && Number(number) > 0)
    return Number(number) * (unit === 'h' ? 3_600_000 : unit === 'm' ? 60_000 : 1_000);
  throw new InvalidArgumentError('It must be a time such as 90s, 5m or 2h.');
}

/** A flag that may be given several times. */
export function repeated(text: string, before: string[] = []): string[] {
  return [...before, text];
}

/** Every move is recorded with its reason, so a command that moves something is nothing without one. */
export function reasonFlag(reason: string | undefined, example: string): string {
  if (reason !== undefined && reason.trim() !== '') return reason;
  throw missingReason(example);
}

function missingReason(example: string): CommandFailure {
  return usage('--reason is missing: say why, for whoever reads the history later.', example);
}
