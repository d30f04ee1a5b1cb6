import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One rollback and its clock. Its id is the revision it took. */
@Entity('rollbacks')
export class RollbackEntity {
  @PrimaryColumn('bigint')
  revision!: number;

  @Column('integer', { name: 'model_id' })
  modelId!: number;

  @Column('text')
  alias!: string;

  @Column('integer', { name: 'from_version' })
  fromVersion!: number;

  @Column('integer', { name: 'to_version' })
  toVersion!: number;

  @Column('boolean')
  proven!: boolean;

  @Column('text')
  reason!: string;

  @Column('text')
  actor!: string;

  @Column('timestamptz', { name: 'requested_at' })
  requestedAt!: Date;

  @Column('timestamptz', { name: 'committed_at' })
  committedAt!: Date;

  @Column('timestamptz', { name: 'first_switched_at', nullable: true })
  firstSwitchedAt!: Date | null;

  @Column('timestamptz', { name: 'all_switched_at', nullable: true })
  allSwitchedAt!: Date | null;

  @Column('timestamptz', { name: 'healthy_at', nullable: true })
  healthyAt!: Date | null;
}
