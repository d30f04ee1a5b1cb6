import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { VersionEntity } from './version.entity.js';
import type { VersionFilter, VersionState } from './version-filter.js';

/** Which part of a model's list: at most `size` + 1 versions, older than `before`. */
export interface VersionListPage {
  modelId: number;
  size: number;
  before: number | null;
}

const STANDING = 'SELECT s.version FROM alias_standings s WHERE s.model_id = v.model_id AND s.alias = :alias';
const LIVE =
  'SELECT a.version FROM aliases a WHERE a.model_id = v.model_id AND a.name = :alias AND a.version IS NOT NULL';

// Each finds the versions of that state under the alias. What is live counts as having served, and as known good once
// its soak window is over, which no row says: it is computed from when it went live.
const STATES: Record<VersionState, string> = {
  live: LIVE,
  served: `${STANDING} UNION ${LIVE}`,
  'known-good': `${STANDING} AND s.rejected_at IS NULL AND s.known_good_at IS NOT NULL
    UNION ${LIVE} AND a.live_since + a.soak_seconds * interval '1 second' <= now()`,
  rejected: `${STANDING} AND s.rejected_at IS NOT NULL`,
};

/** Lists of versions, newest first. */
@Injectable()
export class VersionListRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  list({ modelId, size, before }: VersionListPage, filter: VersionFilter): Promise<VersionEntity[]> {
    const query = this.dataSource.manager
      .createQueryBuilder(VersionEntity, 'v')
      .where('v.modelId = :modelId', { modelId })
      .orderBy('v.version', 'DESC')
      .limit(size + 1);
    const { labels, alias, state, createdAfter, createdBefore } = filter;
    // A page token may hold a number that PostgreSQL's integer cannot.
    if (before !== null) query.andWhere('v.version < :before::bigint', { before });
    if (Object.keys(labels).length > 0)
      query.andWhere('v.labels @> :labels::jsonb', { labels: JSON.stringify(labels) });
    if (createdAfter) query.andWhere('v.createdAt > :createdAfter', { createdAfter });
    if (createdBefore) query.andWhere('v.createdAt < :createdBefore', { createdBefore });
    if (state) query.andWhere(`v.version IN (${STATES[state]})`, { alias });
    return query.getMany();
  }
}
