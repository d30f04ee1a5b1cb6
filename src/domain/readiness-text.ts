import type { Judged } from './readiness-evidence.js';
import { troubles } from './readiness-item.js';
import type { CheckedItem } from './readiness-needs.js';
import { formatVersion } from './version-number.js';

const NOUNS: Record<CheckedItem, string> = {
  artifacts: 'artifact',
  content: 'artifact',
  image: 'image',
  env: 'secret',
  config: 'controller',
  pins: 'pin',
};

/** What was seen of one part, in a sentence without its full stop. `version` is the one that the part is about. */
export function seenText(
  item: CheckedItem,
  judged: readonly Judged[],
  { version, maxAgeSeconds }: { version: number; maxAgeSeconds: number },
): string {
  const name = formatVersion(version);
  if (judged.length === 0) return nothingText(item, name);
  const found = troubles(judged);
  if (found.length === 0) return wellText(item, name, judged);
  const parts = found.map(({ found: state, count }) => ({ count, said: phraseOf(item, state, count, maxAgeSeconds) }));
  const [only] = parts;
  if (judged.length === 1 && only) return `the ${NOUNS[item]} of ${name} ${only.said}`;
  return `of ${judged.length} ${NOUNS[item]}s of ${name}, ${parts.map(({ count, said }) => `${count} ${said}`).join(', ')}`;
}

function wellText(item: CheckedItem, name: string, judged: readonly Judged[]): string {
  const count = judged.length;
  const all = count === 1 ? `the ${NOUNS[item]}` : `all ${count} ${NOUNS[item]}s`;
  const [is, can] = count === 1 ? ['is', 'can be'] : ['are', 'can all be'];
  if (item === 'artifacts') return `${all} of ${name} ${is} where the record says`;
  if (item === 'content') return `the bytes of ${all} of ${name} were read and are the recorded ones`;
  if (item === 'image') return `${all} of ${name} ${is} in the registry`;
  if (item === 'env') return `${count === 1 ? all : `${count} secrets`} that ${name} refers to ${can} resolved`;
  if (item === 'config') return `${all} of ${name} ${count === 1 ? 'serves' : 'serve'} the recorded config`;
  const held = judged.filter(({ found }) => found === 'present').length;
  const kept = `${held} of ${count} places of ${name} ${held === 1 ? 'is' : 'are'} held against deletion`;
  return held === count ? kept : `${kept}; nothing can be pinned at the others`;
}

function nothingText(item: CheckedItem, name: string): string {
  if (item === 'artifacts') return `${name} has no artifacts`;
  if (item === 'content') return `${name} has no artifacts to read`;
  if (item === 'image') return `${name} names no image`;
  if (item === 'env') return `${name} refers to no secrets`;
  if (item === 'config') return `no serving controller reports, so nothing says which config serves`;
  return `nothing of ${name} lies where it could be pinned`;
}

function phraseOf(item: CheckedItem, found: Judged['found'], count: number, maxAgeSeconds: number): string {
  const [is, was, has] = count === 1 ? ['is', 'was', 'has'] : ['are', 'were', 'have'];
  const looked = item === 'content' ? 'read' : 'looked at';
  if (found === 'unchecked') return `${has} not been ${looked} yet`;
  if (found === 'stale') return `${was} last ${looked} more than ${span(maxAgeSeconds)} ago`;
  if (found === 'ahead') return `${was} ${looked} at a time that has not come yet`;
  if (found === 'unsupported') return `${is} where this registry cannot look`;
  if (item === 'config' && found === 'changed')
    return `${count === 1 ? 'serves' : 'serve'} another config than the recorded one`;
  return `${is} ${found}`;
}

const UNITS: [string, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

// Whole units only, so that 90 minutes are not told as an hour.
function span(seconds: number): string {
  const [unit, length] = UNITS.find(([, size]) => seconds >= size && seconds % size === 0) ?? ['second', 1];
  const count = seconds / length;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
