/** How far a part of a version has come on a node, the worst first: what a node has is as good as its worst part. */
export const RESIDENCY_STATES = ['failed', 'evicting', 'pending', 'downloading', 'verifying', 'resident'] as const;
export type ResidencyState = (typeof RESIDENCY_STATES)[number];

/** The worse of two states; the only one where the other part does not exist. */
export function worseOf(weights: ResidencyState, image: ResidencyState | null): ResidencyState {
  const worst = Math.min(...[weights, image ?? weights].map((state) => RESIDENCY_STATES.indexOf(state)));
  return RESIDENCY_STATES[worst] ?? 'failed';
}

/**
 * Whether nobody has looked yet if a version's image is on the node: the agent says nothing of it, and the list by which
 * it reports was not one with the version on it. One that says nothing of it by such a list leaves images to others, and
 * so does one that never says which list it follows. `listedIn` is the revision from which the version is on the node's
 * list, `followed` that of the list it reports by: 0 while it has none.
 */
export function isImageUnseen({
  hasImage,
  image,
  listedIn,
  followed,
}: {
  hasImage: boolean;
  image: unknown;
  listedIn: number | null;
  followed: number | null;
}): boolean {
  return hasImage && image === null && followed !== null && (listedIn === null || followed < listedIn);
}

const isAmount = (value: unknown): boolean =>
  typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
const orNull = (fits: (value: unknown) => boolean) => (value: unknown) => value === null || fits(value);

const PART: Record<string, { fits: (value: unknown) => boolean; takes: string }> = {
  state: {
    fits: (value) => RESIDENCY_STATES.some((state) => state === value),
    takes: `one of ${RESIDENCY_STATES.join(', ')}`,
  },
  bytesDone: { fits: isAmount, takes: 'a number from 0' },
  bytesTotal: { fits: isAmount, takes: 'a number from 0' },
  bytesPerSecond: { fits: orNull(isAmount), takes: 'a number from 0, or null' },
  etaSeconds: { fits: orNull(isAmount), takes: 'a number from 0, or null' },
  reason: {
    fits: orNull((value) => typeof value === 'string' && value.length <= 2000),
    takes: 'a text of at most 2000 characters, or null',
  },
};

/** Says what is wrong with one part of a version as an agent reports it, or null. */
export function partProblem(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `must be an object with ${Object.keys(PART).join(', ')}`;
  }
  const given = new Map<string, unknown>(Object.entries(value));
  const unknown = [...given.keys()].find((name) => !Object.hasOwn(PART, name));
  if (unknown !== undefined) return `has ${JSON.stringify(unknown.slice(0, 80))}, which is no field of it`;
  const wrong = Object.entries(PART).find(([name, { fits }]) => !fits(given.get(name)));
  return wrong === undefined ? null : `must have ${wrong[0]}: ${wrong[1].takes}`;
}

/** The same for a part that a version may lack. */
export const optionalPartProblem = (value: unknown): string | null => (value === null ? null : partProblem(value));
