import type { Blob, PlannedNode, WantedVersion } from './placement.js';

/**
 * Which versions find room on a node, in the order given (`inOrder`): null for one that does, else why not.
 *
 * Room is what the cache may use, and no more than it would have if everything unassigned were evicted. A live version
 * or rollback target that the node holds already keeps its place whatever comes: it is what must not be evicted. Then
 * come the other live versions and targets, then candidates, those first that lie there already, so that two which do
 * not fit side by side do not push each other out in turns. Images take no part: they lie in the runtime's storage.
 */
export function findRoom(node: PlannedNode, versions: readonly WantedVersion[]): Map<string, string | null> {
  const { budgetBytes, usedBytes, freeBytes } = node.disk;
  const room = Math.min(budgetBytes, usedBytes + freeBytes);
  // Most nodes have room for everything even without counting shared files once, which takes most of the time.
  if (versions.reduce((sum, { blobs }) => sum + bytesOf(blobs), 0) <= room)
    return new Map(versions.map(({ id }) => [id, null]));
  const counted = new Set<string>();
  let taken = 0;
  const found = new Map<string, string | null>();
  for (const version of versions.toSorted((a, b) => precedence(node, a) - precedence(node, b))) {
    const more = missing(version.blobs, counted);
    const bytes = bytesOf(more);
    const fits = taken + bytes <= room || precedence(node, version) === 0;
    found.set(version.id, fits ? null : doesNotFit(version, bytes, Math.max(0, room - taken)));
    if (!fits) continue;
    for (const { digest } of more) counted.add(digest);
    taken += bytes;
  }
  return found;
}

function precedence({ holds }: PlannedNode, { id, role }: WantedVersion): number {
  const held = holds.get(id)?.weights === 'resident';
  return role === 'candidate' ? (held ? 2 : 3) : held ? 0 : 1;
}

const bytesOf = (blobs: readonly Blob[]): number => blobs.reduce((sum, { bytes }) => sum + bytes, 0);

function missing(blobs: readonly Blob[], counted: ReadonlySet<string>): Blob[] {
  const once = new Map(blobs.map((blob) => [blob.digest, blob]));
  return [...once.values()].filter(({ digest }) => !counted.has(digest));
}

const doesNotFit = ({ hasImage }: WantedVersion, needed: number, free: number): string => {
  const needs = `${size(needed, Math.ceil)}${hasImage ? ' besides its image' : ''}`;
  return `needs ${needs}, node has ${size(free, Math.floor)} free after evicting what may go`;
};

const UNITS: [string, number][] = [
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
  ['B', 1],
];

// What is needed is rounded up and what is free down, so that the one never reads as if it fitted into the other.
function size(bytes: number, round: (value: number) => number): string {
  const [unit, of] = UNITS.find(([, least]) => bytes >= least) ?? ['B', 1];
  const value = bytes / of;
  return `${value >= 10 ? round(value) : round(value * 10) / 10} ${unit}`;
}
