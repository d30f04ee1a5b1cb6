import { judge, type Found, type Judged, type NewestCheck } from './readiness-evidence.js';
import { summed, troubles, type ReadinessItem } from './readiness-item.js';
import { formatVersion } from './version-number.js';

/** What the item about nodes is judged by. */
export interface NodeFacts {
  readonly model: string;
  readonly live: number;
  readonly target: number;
  /** A check of target and live version on each node of their pools. Null: no node is registered, none is expected. */
  readonly residency: readonly NewestCheck[] | null;
  readonly maxAgeSeconds: number | null;
  readonly now: Date;
}

/**
 * Whether the rollback target lies on every node of its pool already. A node that lacks it, or has no room for it, would
 * have to fetch it during the incident; one that is silent is unknown. The live version serves as it is, so nodes
 * without it are only worth knowing. Nothing where no installation of agents is to be expected.
 */
export function nodesItem({ model, live, target, residency, maxAgeSeconds, now }: NodeFacts): ReadinessItem[] {
  if (residency === null || maxAgeSeconds === null) return [];
  const judgedOf = (version: number): Judged[] =>
    residency
      .filter((check) => check.version === version)
      .map((check) => judge(check.subject, check, { now, maxAgeSeconds }));
  const judged = judgedOf(target);
  const item = { name: 'nodes', ...summed(judged), text: lies(target, judged), maxAgeSeconds } as const;
  if (judged.length === 0) return [{ ...item, state: 'warn', next: NONE_IN_POOL }];
  const worst = worstOf(judged);
  if (worst !== undefined) return [{ ...item, next: advice(worst.found, model) }];
  const serving = judgedOf(live);
  const lacking = worstOf(serving);
  if (lacking === undefined) return [{ ...item, next: null }];
  return [
    { ...item, state: 'warn', text: `${item.text}, but ${lies(live, serving)}`, next: advice(lacking.found, model) },
  ];
}

function worstOf(judged: readonly Judged[]): Judged | undefined {
  return (
    judged.find(({ judgement }) => judgement === 'fail') ?? judged.find(({ judgement }) => judgement === 'unknown')
  );
}

function lies(version: number, judged: readonly Judged[]): string {
  const name = formatVersion(version);
  if (judged.length === 0) return `no node is in the pool of ${name}`;
  const there = judged.filter(({ judgement }) => judgement === 'pass').length;
  const found = troubles(judged);
  if (found.length === 0) return `${name} lies on ${there === 1 ? 'the one node' : `all ${there} nodes`} of its pool`;
  const without = found.map(({ found: state, count }) => `${count} ${phrase(state, count)}`).join(', ');
  return `${name} lies on ${there} of ${judged.length} nodes of its pool: ${without}`;
}

function phrase(found: Found, count: number): string {
  const one = count === 1;
  if (found === 'missing') return one ? 'lacks it' : 'lack it';
  if (found === 'unsupported') return one ? 'has no room for it' : 'have no room for it';
  if (found === 'stale') return one ? 'has not said lately what it holds' : 'have not said lately what they hold';
  return one ? 'is silent' : 'are silent';
}

const NONE_IN_POOL = 'Give nodes the labels that its pool asks for; `lastgood nodes` shows those they have.';

function advice(found: Found, model: string): string {
  if (found === 'missing')
    return `Let the agents fetch it: \`lastgood prepull status ${model} --watch\` shows how far they are.`;
  if (found === 'unsupported') return 'Give the caches of these nodes more room, or fewer versions that need it.';
  if (found === 'stale')
    return 'Look at the logs of these agents: they renew their leases, and what they say of their versions does not come.';
  return 'Bring the agents back; delete nodes that are gone for good: DELETE /v1/nodes/{node}.';
}
