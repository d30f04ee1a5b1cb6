import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { CheckState } from '../../contract/views.js';

/** One observation of one thing that a version needs, with its time and what was seen. */
@Entity('checks')
export class CheckEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('integer', { name: 'model_id' })
  modelId!: number;

  @Column('integer')
  version!: number;

  @Column('text')
  subject!: string;

  @Column('text')
  state!: CheckState;

  @Column('jsonb')
  evidence!: Record<string, unknown>;

  @Column('integer', { name: 'duration_ms' })
  durationMs!: number;

  @Column('timestamptz', { name: 'observed_at' })
  observedAt!: Date;
}
