import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Refusal } from '../../contract/refusal.js';
import { prepared } from '../../platform/database/prepared.js';
import type { LockedAlias } from './locked-alias.js';
import { RollbackEntity } from './rollback.entity.js';

/** A rollback before it is committed and numbered. */
export type NewRollback = Omit<RollbackEntity, 'revision' | `${string}At`> & Pick<RollbackEntity, 'requestedAt'>;

// Its number is the one that the move before it in the same transaction took, and the counter's lock keeps.
const ADD = prepared(
  'add_rollback',
  `
  INSERT INTO rollbacks (revision, model_id, alias, from_version, to_version, proven, reason, actor, requested_at, committed_at)
  SELECT value, $1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp() FROM registry_revision
  RETURNING revision, committed_at AS "committedAt"`,
);

/** Rows of `rollbacks`. */
@Injectable()
export class RollbackRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * The rollback that brought the alias to where it is now, or null where something else did.
   * A move stamps the alias and its history line with one time, which is how the two are told to belong together.
   */
  async thatMadeLive(manager: EntityManager, locked: LockedAlias): Promise<RollbackEntity | null> {
    return manager
      .createQueryBuilder(RollbackEntity, 'r')
      .innerJoin(
        'alias_history',
        'h',
        'h.revision = r.revision AND h.model_id = r.model_id AND h.alias = r.alias AND h.at = :liveSince',
        { liveSince: locked.liveSince },
      )
      .where('r.modelId = :modelId AND r.alias = :alias', { modelId: locked.modelId, alias: locked.alias })
      .andWhere('r.toVersion = :version', { version: locked.version })
      .orderBy('r.revision', 'DESC')
      .limit(1)
      .getOne();
  }

  /**
   * Adds the record of the move that was written just before in this transaction. `committedAt` is the database's clock at
   * the last statement before the commit; `requestedAt` has to be by the same clock.
   */
  async add(manager: EntityManager, rollback: NewRollback): Promise<RollbackEntity> {
    const { modelId, alias, fromVersion, toVersion, proven, reason, actor, requestedAt } = rollback;
    const values = [modelId, alias, fromVersion, toVersion, proven, reason, actor, requestedAt];
    const [added]: Pick<RollbackEntity, 'revision' | 'committedAt'>[] = await manager.query(ADD, values);
    if (!added) throw new Error('PostgreSQL inserted a rollback and did not return it');
    return { ...rollback, ...added, firstSwitchedAt: null, allSwitchedAt: null, healthyAt: null };
  }

  /** At most `size` + 1 rollbacks, newest first, older than `before`. */
  list(modelId: number, alias: string, size: number, before: number | null): Promise<RollbackEntity[]> {
    const query = this.dataSource.manager
      .createQueryBuilder(RollbackEntity, 'r')
      .where('r.modelId = :modelId AND r.alias = :alias', { modelId, alias })
      .orderBy('r.revision', 'DESC')
      .limit(size + 1);
    return (before === null ? query : query.andWhere('r.revision < :before', { before })).getMany();
  }

  async require(modelId: number, alias: string, revision: number): Promise<RollbackEntity | Refusal> {
    const row = await this.dataSource.manager.findOneBy(RollbackEntity, { modelId, alias, revision });
    return (
      row ?? new Refusal('rollback-not-found', `${alias} has no rollback ${revision}. GET …/rollbacks lists them.`)
    );
  }
}
