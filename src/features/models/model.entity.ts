import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A registered name. Only description and labels ever change. */
@Entity('models')
export class ModelEntity {
  @PrimaryGeneratedColumn('identity', { type: 'integer', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('text')
  name!: string;

  @Column('text')
  description!: string;

  @Column('jsonb')
  labels!: Record<string, string>;

  /** The number the next version gets; taken under the row's lock, so that none is given twice. */
  @Column('integer', { name: 'next_version' })
  nextVersion!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('text', { name: 'created_by' })
  createdBy!: string;
}
