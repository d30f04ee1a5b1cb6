import { advice } from './readiness-advice.js';
import type { MaxAges } from './readiness-ages.js';
import { judge, type Judged, type NewestCheck } from './readiness-evidence.js';
import { summed, type ReadinessItem } from './readiness-item.js';
import { CHECKED_ITEMS, expectedSubjects, KIND_OF, type CheckedItem, type TargetNeeds } from './readiness-needs.js';
import { seenText } from './readiness-text.js';
import { nodesItem } from './readiness-nodes.js';
import { formatVersion } from './version-number.js';

/** All that readiness is judged by. */
export interface ReadinessFacts {
  readonly model: string;
  readonly alias: string;
  readonly live: number;
  /** The rollback target with what it needs; null where there is nothing to roll back to. */
  readonly target: { readonly proven: boolean; readonly needs: TargetNeeds } | null;
  /** The serving controllers that report these days. */
  readonly controllers: readonly string[];
  /** The newest check of each subject of the target, and of the live version's config; others are passed over. */
  readonly checks: readonly NewestCheck[];
  /** The same of the target and the live version on each node of their pools; null where no node is registered. */
  readonly residency: readonly NewestCheck[] | null;
  readonly maxAges: MaxAges;
  readonly now: Date;
}

export type ReadinessVerdict = 'ready' | 'not-ready' | 'unknown';

export interface Readiness {
  readonly verdict: ReadinessVerdict;
  readonly checklist: readonly ReadinessItem[];
}

/**
 * Whether rolling the alias back now would work, as far as the newest checks tell. Anything that fails: not ready.
 * Else anything that is expected and was not seen, not lately, or could not be seen: unknown. Else ready.
 * Without a rollback target there is nothing to ask the stores about, and the checklist is shorter.
 */
export function readiness(facts: ReadinessFacts): Readiness {
  const { target, model, live, residency, maxAges, now } = facts;
  const newest = new Map(facts.checks.map((check) => [keyOf(check), check]));
  const items = target === null ? [] : CHECKED_ITEMS.map((item) => checkedItem(item, target.needs, facts, newest));
  const onNodes =
    target === null
      ? []
      : nodesItem({ model, live, target: target.needs.version, residency, maxAgeSeconds: maxAges.residency, now });
  const checklist = [targetItem(facts), ...items, ...onNodes];
  return { verdict: verdictOf(checklist), checklist };
}

/** The verdict over a checklist. */
export function verdictOf(checklist: readonly Pick<ReadinessItem, 'state'>[]): ReadinessVerdict {
  if (checklist.some(({ state }) => state === 'fail')) return 'not-ready';
  return checklist.some(({ state }) => state === 'unknown') ? 'unknown' : 'ready';
}

const keyOf = ({ version, kind, subject }: Pick<NewestCheck, 'version' | 'kind' | 'subject'>): string =>
  `${version} ${kind} ${subject}`;

function checkedItem(
  item: CheckedItem,
  needs: TargetNeeds,
  { model, alias, live, controllers, maxAges, now }: ReadinessFacts,
  newest: ReadonlyMap<string, NewestCheck>,
): ReadinessItem {
  const kind = KIND_OF[item];
  const version = item === 'config' ? live : needs.version;
  const maxAgeSeconds = maxAges[kind];
  if (maxAgeSeconds === null) return notMade(item, version);
  const judged = expectedSubjects(item, { needs, alias, controllers }).map((subject) =>
    judge(subject, newest.get(keyOf({ version, kind, subject })) ?? null, { now, maxAgeSeconds }),
  );
  const text = seenText(item, judged, { version, maxAgeSeconds });
  // Nobody reports: that is no fault of the target, yet the clock of a rollback would have nothing to close on.
  const silent = item === 'config' && judged.length === 0;
  return {
    name: item,
    ...summed(judged),
    ...(silent ? { state: 'warn' } : {}),
    text,
    next: silent
      ? `Let them report: PUT /v1/models/${model}/aliases/${alias}/reports/{controller}.`
      : nextOf(item, judged),
    maxAgeSeconds,
  };
}

function notMade(item: CheckedItem, version: number): ReadinessItem {
  const name = formatVersion(version);
  const [text, next] =
    item === 'pins'
      ? [
          `nothing of ${name} is held against deletion: pins are switched off here`,
          'LASTGOOD_PINS=true switches them on.',
        ]
      : [
          `the bytes of ${name} are not read here: nothing says that they are the recorded ones`,
          'LASTGOOD_CHECK_DEEP_SECONDS says how often to read them; it is 0, which is never.',
        ];
  return { name: item, ...summed([]), state: 'warn', text, next, maxAgeSeconds: null };
}

function nextOf(item: CheckedItem, judged: readonly Judged[]): string | null {
  const worst =
    judged.find(({ judgement }) => judgement === 'fail') ?? judged.find(({ judgement }) => judgement === 'unknown');
  return worst === undefined || worst.found === 'present' ? null : advice(item, worst.found);
}

function targetItem({ model, alias, live, target }: ReadinessFacts): ReadinessItem {
  const name = 'rollback-target';
  const bare = {
    name,
    expected: 0,
    failing: 0,
    unknown: 0,
    oldestAt: null,
    maxAgeSeconds: null,
    subjects: [],
  } as const;
  const flag = alias === 'production' ? '' : ` --alias ${alias}`;
  if (target === null) {
    const text = `there is NONE: no version but ${formatVersion(live)} has served under ${alias} and was not rejected`;
    const next =
      `A second version has to serve, or a rejected one to be cleared: \`lastgood clear ${model} v…${flag} --reason …\`. ` +
      `Until then a rollback must name its version: \`lastgood rollback ${model} --to v…${flag} --reason …\`.`;
    return { ...bare, state: 'fail', text, next };
  }
  const version = formatVersion(target.needs.version);
  if (target.proven) return { ...bare, state: 'pass', text: `${version}, known good`, next: null };
  const next = `If you know it to be good: \`lastgood known-good ${model} ${version}${flag} --reason …\`.`;
  return { ...bare, state: 'warn', text: `${version}, UNPROVEN: it served, but through no whole soak window`, next };
}
