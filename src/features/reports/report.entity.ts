import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What one serving controller serves, by its own last word. */
@Entity('serving_reports')
export class ReportEntity {
  @PrimaryColumn('integer', { name: 'model_id' })
  modelId!: number;

  @PrimaryColumn('text')
  alias!: string;

  @PrimaryColumn('text')
  controller!: string;

  @Column('integer')
  version!: number;

  @Column('bigint')
  revision!: number;

  @Column('text', { name: 'config_digest' })
  configDigest!: string;

  @Column('integer', { name: 'ready_replicas' })
  readyReplicas!: number;

  @Column('integer')
  replicas!: number;

  @Column('timestamptz', { name: 'reported_at' })
  reportedAt!: Date;
}
