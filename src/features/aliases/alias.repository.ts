import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Refusal } from '../../contract/refusal.js';
import { pairedWith } from '../../domain/names.js';
import { targetAliasSql } from '../resolution/index.js';
import { AliasChangeEntity } from './alias-change.entity.js';
import { lockAlias, SHOWN_REJECTIONS, type LockedAlias } from './locked-alias.js';

/** Everything that an alias's page shows, in one row. */
export interface AliasRow {
  modelId: number;
  alias: string;
  version: number;
  revision: number;
  liveSince: Date;
  soakSeconds: number;
  target: number | null;
  targetProven: boolean | null;
  /** When the live version was known good, as far as it was before it went live, or by an operator's word. */
  knownGoodAt: Date | null;
  rejected: number[];
  changedBy: string;
  reason: string;
}

const SHOWN = `
  SELECT a.model_id AS "modelId", a.name AS alias, a.version, a.revision, a.live_since AS "liveSince",
         a.soak_seconds AS "soakSeconds", t.version AS target, coalesce(t.target_proven, a.target_proven) AS "targetProven",
         h.actor AS "changedBy", h.reason, l.known_good_at AS "knownGoodAt",
         (SELECT coalesce(array_agg(r.version), '{}') FROM (
            SELECT version FROM alias_standings s
            WHERE s.model_id = a.model_id AND s.alias = a.name AND s.rejected_at IS NOT NULL
            ORDER BY s.rejected_at DESC LIMIT ${SHOWN_REJECTIONS}) r) AS rejected
  FROM aliases a
  JOIN alias_history h ON h.revision = a.revision
  LEFT JOIN alias_standings l ON l.model_id = a.model_id AND l.alias = a.name AND l.version = a.version
  LEFT JOIN aliases t ON t.model_id = a.model_id
    AND t.name = ${targetAliasSql('a.name')}
  WHERE a.model_id = $1 AND a.version IS NOT NULL`;

/** Rows of `aliases` and what surrounds them. */
@Injectable()
export class AliasRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Locks an alias for a move; see {@link lockAlias}. */
  lock(manager: EntityManager, model: string, alias: string, about: number | null): Promise<LockedAlias | null> {
    return lockAlias(manager, model, alias, about);
  }

  /** Locks an alias, making its row first where it never existed. Two first moves at once meet in the same row. */
  async lockOrCreate(
    manager: EntityManager,
    place: { model: string; modelId: number; alias: string; soakSeconds: number },
    about: number | null,
  ): Promise<LockedAlias> {
    const { model, modelId, alias, soakSeconds } = place;
    const found = await this.lock(manager, model, alias, about);
    if (found) return found;
    await manager.query(
      'INSERT INTO aliases (model_id, name, soak_seconds) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [modelId, alias, soakSeconds],
    );
    const made = await this.lock(manager, model, alias, about);
    if (!made) throw new Error(`alias row of ${model} ${alias} vanished: rows of aliases are never deleted`);
    return made;
  }

  async setSoak(manager: EntityManager, { modelId, alias }: LockedAlias, soakSeconds: number): Promise<void> {
    await manager.query('UPDATE aliases SET soak_seconds = $3 WHERE model_id = $1 AND name = $2', [
      modelId,
      alias,
      soakSeconds,
    ]);
  }

  /** The alias as it is shown, or null where it points at nothing. */
  async find(
    modelId: number,
    alias: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<AliasRow | null> {
    const rows: AliasRow[] = await manager.query(`${SHOWN} AND a.name = $2`, [modelId, alias]);
    return rows[0] ?? null;
  }

  list(modelId: number): Promise<AliasRow[]> {
    return this.dataSource.query(`${SHOWN} ORDER BY a.name`, [modelId]);
  }

  /** At most `size` + 1 lines of history, newest first, older than `before`. */
  history(modelId: number, alias: string, size: number, before: number | null): Promise<AliasChangeEntity[]> {
    const query = this.historyOf(modelId, alias)
      .orderBy('h.revision', 'DESC')
      .limit(size + 1);
    return (before === null ? query : query.andWhere('h.revision < :before', { before })).getMany();
  }

  /** The line of history that was in force at a moment, or null before the first. */
  changeAt(modelId: number, alias: string, at: Date): Promise<AliasChangeEntity | null> {
    const query = this.historyOf(modelId, alias).andWhere('h.at <= :at', { at });
    return query.orderBy('h.at', 'DESC').addOrderBy('h.revision', 'DESC').limit(1).getOne();
  }

  private historyOf(modelId: number, alias: string) {
    return this.dataSource.manager
      .createQueryBuilder(AliasChangeEntity, 'h')
      .where('h.modelId = :modelId AND h.alias = :alias', { modelId, alias });
  }
}

/** The refusal for an alias that points at nothing. */
export function aliasNotFound(model: string, alias: string): Refusal {
  const owner = pairedWith(alias);
  const next =
    owner !== null
      ? `Lastgood keeps it itself, once a second version has served under ${owner}.`
      : `\`lastgood promote ${model} <version> --alias ${alias} --reason …\` makes it.`;
  return new Refusal('alias-not-found', `${model} has no alias ${alias}. ${next}`);
}
