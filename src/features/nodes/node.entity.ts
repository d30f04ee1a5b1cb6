import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { GpuView } from '../../contract/node-views.js';
import type { NodeDisk } from '../../domain/node.js';

/** A machine that serves, by its agent's last word. */
@Entity('nodes')
export class NodeEntity {
  @PrimaryColumn('text')
  name!: string;

  @Column('text')
  agent!: string;

  @Column('text', { name: 'agent_version' })
  agentVersion!: string;

  @Column('jsonb')
  labels!: Record<string, string>;

  @Column('jsonb')
  gpus!: GpuView[];

  @Column('jsonb')
  disk!: NodeDisk;

  @Column('timestamptz', { name: 'registered_at' })
  registeredAt!: Date;

  @Column('timestamptz', { name: 'reported_at' })
  reportedAt!: Date;

  /** When the agent last said what it holds. */
  @Column('timestamptz', { name: 'resided_at', nullable: true })
  residedAt!: Date | null;

  @Column('bigint', { name: 'followed_revision', nullable: true })
  followedRevision!: number | null;

  /** When the planner noticed that its lease ran out; null while it reports. */
  @Column('timestamptz', { name: 'silent_since', nullable: true })
  silentSince!: Date | null;
}
