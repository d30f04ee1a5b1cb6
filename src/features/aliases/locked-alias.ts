import { targetAliasOf } from '../../domain/names.js';
import type { RollbackTarget } from '../../domain/rollback-target.js';
import type { Standing } from '../../domain/standing.js';
import { prepared } from '../../platform/database/prepared.js';
import type { Transaction } from '../../platform/database/transactions.js';

/** An alias as its row's lock holds it still, with everything that a move is decided by. */
export interface LockedAlias {
  modelId: number;
  model: string;
  alias: string;
  version: number | null;
  revision: number;
  liveSince: Date | null;
  soakSeconds: number;
  target: RollbackTarget | null;
  /** The best candidates for the rollback target, the live version, and the one asked about. Not all there are. */
  standings: Standing[];
  /** Which of the two, the live version and the one asked about, are registered. */
  registered: number[];
  /** The versions rejected here, newest rejection first; at most {@link SHOWN_REJECTIONS}. */
  rejected: number[];
  /** The database's clock, read under the lock: times then order the same way as revisions. */
  now: Date;
}

const LOCK = prepared(
  'lock_alias',
  `
  SELECT FROM aliases a JOIN models m ON m.id = a.model_id WHERE m.name = $1 AND a.name = $2 FOR NO KEY UPDATE OF a`,
);

/** How many of the versions rejected under an alias its page shows. */
export const SHOWN_REJECTIONS = 20;

// Three of each: a plan sets aside at most the version that leaves and the one that comes, so one candidate remains.
const CANDIDATE = (condition: string) => `
  (SELECT version, left_revision, known_good_at, rejected_at FROM alias_standings
   WHERE model_id = a.model_id AND alias = a.name AND rejected_at IS NULL ${condition} ORDER BY left_revision DESC LIMIT 3)`;
const FACTS = prepared(
  'alias_facts',
  `
  SELECT a.model_id AS "modelId", a.version, a.revision, a.live_since AS "liveSince", a.soak_seconds AS "soakSeconds",
    clock_timestamp() AS now,
    (SELECT json_build_object('version', version, 'proven', target_proven) FROM aliases
     WHERE model_id = a.model_id AND name = $3 AND version IS NOT NULL) AS target,
    (SELECT json_agg(s) FROM (
       ${CANDIDATE('AND known_good_at IS NOT NULL')} UNION ${CANDIDATE('')}
       UNION SELECT version, left_revision, known_good_at, rejected_at FROM alias_standings
             WHERE model_id = a.model_id AND alias = a.name AND version IN ($4, a.version)
     ) s) AS standings,
    ARRAY(SELECT version FROM versions WHERE model_id = a.model_id AND version IN ($4, a.version)) AS registered,
    ARRAY(SELECT version FROM alias_standings WHERE model_id = a.model_id AND alias = a.name AND rejected_at IS NOT NULL
          ORDER BY rejected_at DESC LIMIT ${SHOWN_REJECTIONS}) AS rejected
  FROM aliases a JOIN models m ON m.id = a.model_id
  WHERE m.name = $1 AND a.name = $2`,
);

type Facts = Omit<LockedAlias, 'model' | 'alias' | 'standings'> & { standings: StandingRow[] | null };

interface StandingRow {
  version: number;
  left_revision: number;
  known_good_at: string | null;
  rejected_at: string | null;
}

/**
 * Locks the alias until the transaction ends and reads what a move of it is decided by; null where it never existed.
 * The facts are a statement of their own, sent together with the lock: under READ COMMITTED only a statement that begins
 * after the lock was won sees what the holder before us committed. `about` is a further version that matters.
 */
export async function lockAlias(
  transaction: Transaction,
  model: string,
  alias: string,
  about: number | null,
): Promise<LockedAlias | null> {
  const [held, [facts]]: [unknown[], Facts[]] = await Promise.all([
    transaction.query(LOCK, [model, alias]),
    transaction.query(FACTS, [model, alias, targetAliasOf(alias), about]),
  ]);
  // Made by somebody else between the two statements: seen, and not held.
  if (held.length === 0 || !facts) return null;
  return { ...facts, model, alias, standings: (facts.standings ?? []).map(toStanding) };
}

function toStanding(row: StandingRow): Standing {
  return {
    version: row.version,
    leftRevision: row.left_revision,
    knownGoodAt: row.known_good_at === null ? null : new Date(row.known_good_at),
    rejectedAt: row.rejected_at === null ? null : new Date(row.rejected_at),
  };
}
