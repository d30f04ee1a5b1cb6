import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AliasAction } from '../../contract/views.js';

/** One line of an alias's history. The database refuses to change or delete it. */
@Entity('alias_history')
export class AliasChangeEntity {
  @PrimaryColumn('bigint')
  revision!: number;

  @Column('integer', { name: 'model_id' })
  modelId!: number;

  @Column('text')
  alias!: string;

  @Column('text')
  action!: AliasAction;

  @Column('integer', { name: 'from_version', nullable: true })
  fromVersion!: number | null;

  @Column('integer', { name: 'to_version', nullable: true })
  toVersion!: number | null;

  @Column('jsonb', { nullable: true })
  about!: { version?: number; soakSeconds?: number } | null;

  @Column('text')
  reason!: string;

  @Column('text')
  actor!: string;

  @Column('timestamptz')
  at!: Date;
}
