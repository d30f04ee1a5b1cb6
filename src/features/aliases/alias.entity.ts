import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Where an alias points. A deleted alias keeps its row, without a version, so that a move always has a row to lock. */
@Entity('aliases')
export class AliasEntity {
  @PrimaryColumn('integer', { name: 'model_id' })
  modelId!: number;

  @PrimaryColumn('text')
  name!: string;

  @Column('integer', { nullable: true })
  version!: number | null;

  @Column('bigint')
  revision!: number;

  @Column('timestamptz', { name: 'live_since', nullable: true })
  liveSince!: Date | null;

  @Column('integer', { name: 'soak_seconds' })
  soakSeconds!: number;

  /** On a rollback target's row: whether a whole soak window stands behind the version. Null on other rows. */
  @Column('boolean', { name: 'target_proven', nullable: true })
  targetProven!: boolean | null;
}
