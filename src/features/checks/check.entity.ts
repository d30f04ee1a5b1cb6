import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import type { CheckKind, CheckState } from '../../contract/views.js';
import type { Env } from '../../domain/env.js';
import type { Artifact } from '../../domain/version-record.js';

/** What a version needs outside the registry, and when it was registered. */
export interface NeededRecord {
  artifacts: Artifact[];
  image: string | null;
  env: Env;
  createdAt: Date;
}

/** One observation of one thing that a version needs, with its time and what was seen. */
export interface Observation {
  modelId: number;
  version: number;
  kind: CheckKind;
  subject: string;
  state: CheckState;
  evidence: Record<string, unknown>;
  durationMs: number;
  observedAt: Date;
}

/** An observation as the history keeps it. */
@Entity('checks')
export class CheckEntity implements Observation {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('integer', { name: 'model_id' })
  modelId!: number;

  @Column('integer')
  version!: number;

  @Column('text')
  kind!: CheckKind;

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

/** The newest observation of a subject. */
@Entity('newest_checks')
export class NewestCheckEntity implements Observation {
  @PrimaryColumn('integer', { name: 'model_id' })
  modelId!: number;

  @PrimaryColumn('integer')
  version!: number;

  @PrimaryColumn('text')
  kind!: CheckKind;

  @PrimaryColumn('text')
  subject!: string;

  @Column('text')
  state!: CheckState;

  @Column('jsonb')
  evidence!: Record<string, unknown>;

  @Column('integer', { name: 'duration_ms' })
  durationMs!: number;

  @Column('timestamptz', { name: 'observed_at' })
  observedAt!: Date;

  /** When the subject was first seen in the state it is still in. */
  @Column('timestamptz')
  since!: Date;
}
