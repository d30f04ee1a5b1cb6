import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { JobData } from './job.js';

/** A job that was decided on in a committed transaction and is not yet in the queue. */
@Entity('outbox')
export class OutboxRow {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('text')
  name!: string;

  @Column('jsonb')
  data!: JobData;

  @Column('integer')
  priority!: number;

  @Column('text', { nullable: true })
  subject!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  /** The row stays in the outbox until then. */
  @Column('timestamptz', { name: 'available_at', default: () => 'now()' })
  availableAt!: Date;
}
