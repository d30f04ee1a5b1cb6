import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { CheckState } from '../../contract/views.js';
import type { Observation } from '../checks/index.js';

/** Whose configuration is meant: a controller's, while it serves this version. */
export type ConfigSubject = Pick<Observation, 'modelId' | 'version' | 'subject'>;

/** The newest observation of a controller's configuration. */
export interface SeenConfig extends ConfigSubject {
  state: CheckState;
  reported: string;
  observedAt: Date;
}

const NEWEST = `
  SELECT model_id AS "modelId", version, subject, state, evidence ->> 'reported' AS reported, observed_at AS "observedAt"
  FROM newest_checks NATURAL JOIN unnest($1::int[], $2::int[], $3::text[]) AS asked (model_id, version, subject)
  WHERE kind = 'config'`;

/** What was last observed of the configurations that controllers run with. */
@Injectable()
export class ConfigSeenRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  newest(subjects: readonly ConfigSubject[]): Promise<SeenConfig[]> {
    const columns = [
      subjects.map(({ modelId }) => modelId),
      subjects.map(({ version }) => version),
      subjects.map(({ subject }) => subject),
    ];
    return this.dataSource.query(NEWEST, columns);
  }
}
