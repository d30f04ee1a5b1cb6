import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Env } from '../../domain/env.js';
import type { Artifact } from '../../domain/version-record.js';

/** An immutable version. The database refuses UPDATE and DELETE on its row. */
@Entity('versions')
export class VersionEntity {
  @PrimaryColumn('integer', { name: 'model_id' })
  modelId!: number;

  @PrimaryColumn('integer')
  version!: number;

  @Column('text')
  digest!: string;

  @Column('jsonb')
  artifacts!: Artifact[];

  @Column('text', { nullable: true })
  image!: string | null;

  @Column('jsonb')
  env!: Env;

  @Column('jsonb')
  serving!: Record<string, unknown>;

  @Column('jsonb')
  source!: Record<string, string>;

  @Column('jsonb')
  labels!: Record<string, string>;

  @Column('jsonb')
  metrics!: Record<string, number>;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('text', { name: 'created_by' })
  createdBy!: string;
}
