import { NOT_NUMBERED_YET } from '../../domain/alias-move.js';
import { targetAliasOf } from '../../domain/names.js';
import { ALIAS_CHANNEL, recordSql, type OwnChange } from '../resolution/index.js';
import type { AliasWrite } from './alias-write.js';
import type { LockedAlias } from './locked-alias.js';
import { toldBy } from './told-by.js';
import { prepared } from '../../platform/database/prepared.js';
import type { Transaction } from '../../platform/database/transactions.js';

// One statement, so one round trip, while two locks are held. The counter's row is the last lock taken and the one
// every move in the registry waits for: from here to the commit nothing is waited for but PostgreSQL itself.
// The rollback target takes the lower revision, so that the serving alias's own revision covers both.
const WRITE = prepared(
  'write_move',
  `
  WITH change AS (
    SELECT $1::integer AS model_id, $2::text AS alias, $3::integer AS from_version, $4::integer AS to_version,
      $5::timestamptz AS live_since, $6::text AS action, $7::text AS reason, $8::text AS actor, $9::timestamptz AS at,
      $10::boolean AS retargets, $11::text AS target_alias, $12::integer AS target_from, $13::integer AS target_to,
      $14::boolean AS target_proven,
      $15::integer AS standing_of, $16::timestamptz AS known_good_at, $17::timestamptz AS rejected_at,
      $18::bigint AS left_revision, $19::jsonb AS about
  ), counted AS (
    UPDATE registry_revision SET value = value + CASE WHEN (SELECT retargets FROM change) THEN 2 ELSE 1 END
    RETURNING value
  ), moved AS (
    UPDATE aliases a SET version = c.to_version, live_since = c.live_since, revision = value
    FROM change c, counted WHERE a.model_id = c.model_id AND a.name = c.alias
  ), retargeted AS (
    INSERT INTO aliases (model_id, name, version, live_since, revision, soak_seconds, target_proven)
    SELECT model_id, target_alias, target_to, CASE WHEN target_to IS NULL THEN NULL ELSE at END, value - 1, 0, target_proven
    FROM change, counted WHERE retargets
    ON CONFLICT (model_id, name) DO UPDATE SET version = excluded.version, live_since = excluded.live_since,
      revision = excluded.revision, target_proven = excluded.target_proven
  ), told AS (
    INSERT INTO alias_history (revision, model_id, alias, action, from_version, to_version, about, reason, actor, at)
    SELECT value - 1, model_id, target_alias, 'retarget', target_from, target_to, NULL, reason, actor, at
      FROM change, counted WHERE retargets
    UNION ALL
    SELECT value, model_id, alias, action, from_version, to_version, about, reason, actor, at FROM change, counted
  ), stood AS (
    INSERT INTO alias_standings (model_id, alias, version, left_revision, known_good_at, rejected_at)
    SELECT model_id, alias, standing_of, coalesce(left_revision, value), known_good_at, rejected_at
      FROM change, counted WHERE standing_of IS NOT NULL
    ON CONFLICT (model_id, alias, version) DO UPDATE SET left_revision = excluded.left_revision,
      known_good_at = excluded.known_good_at, rejected_at = excluded.rejected_at
  )
  SELECT value AS revision, pg_notify('${ALIAS_CHANNEL}', value::text),
    (SELECT ${recordSql('v')}::text FROM versions v WHERE v.model_id = $1 AND v.version = $4) AS live,
    (SELECT ${recordSql('v')}::text FROM versions v WHERE v.model_id = $1 AND v.version = $13) AS warm
  FROM counted`,
);

/** What a change came to. */
export interface WrittenMove {
  /** The alias's new revision. */
  revision: number;
  /** For the memory of this replica, once it is committed. */
  own: OwnChange;
}

/**
 * Writes a planned change of a locked alias: pointer, rollback target, standing, history, revision, notification.
 * A change that moves nothing (a cleared rejection) takes a revision all the same, since it may change the rollback target
 * and what has to stay warm.
 */
export async function writeMove(
  transaction: Transaction,
  locked: LockedAlias,
  write: AliasWrite,
): Promise<WrittenMove> {
  const { plan, action, reason, actor } = write;
  const { to, standing, target } = plan;
  const { modelId, alias, version: from, now } = locked;
  const liveSince = to === null ? null : to === from ? locked.liveSince : now;
  const [written]: { revision: number; live: string | null; warm: string | null }[] = await transaction.query(WRITE, [
    modelId,
    alias,
    from,
    to,
    liveSince,
    action,
    reason,
    actor,
    now,
    plan.targetMoves,
    targetAliasOf(alias),
    locked.target?.version,
    target?.version,
    target?.proven,
    standing?.version,
    standing?.knownGoodAt,
    standing?.rejectedAt,
    standing?.leftRevision === NOT_NUMBERED_YET ? null : standing?.leftRevision,
    write.about,
  ]);
  if (!written) throw new Error('registry_revision has no row: the schema is damaged');
  return { revision: written.revision, own: toldBy(locked, write, written) };
}
