import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import type { CheckKind } from '../../contract/views.js';
import { secondsUntilRetry } from '../../domain/check-schedule.js';
import type { Role } from '../../domain/role.js';
import { CheckOptions } from './check-options.js';
import type { VersionKey } from './check-jobs.js';

// The last of several: one look is to see all of them.
const WAIT = `
  SELECT extract(epoch FROM max((evidence ->> 'retryAt')::timestamptz) - now())::float8 AS seconds FROM newest_checks
  WHERE model_id = $1 AND version = $2 AND kind = ANY ($3::text[]) AND state = 'unreachable'`;

const BRING_FORWARD = `
  UPDATE check_rounds SET due_at = now() + $3 * interval '1 second'
  WHERE model_id = $1 AND version = $2 AND depth = 'look' AND picked_at IS NULL AND due_at > now() + $3 * interval '1 second'`;

/** Has versions looked at again that could not be looked at, or read, since an endpoint asked to be left alone. */
@Injectable()
export class RetryLooksRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly options: CheckOptions,
  ) {}

  /**
   * Brings the next look at the version forward where its newest checks of these kinds have a time to ask again at.
   * Does nothing while a look is under way.
   */
  async bringForward(
    { modelId, version }: VersionKey,
    role: Role | null,
    kinds: readonly CheckKind[],
    manager: EntityManager = this.dataSource.manager,
  ): Promise<void> {
    const [row]: { seconds: number | null }[] = await manager.query(WAIT, [modelId, version, kinds]);
    if (row === undefined || row.seconds === null) return;
    const wait = Math.max(0, row.seconds);
    const seconds = secondsUntilRetry(this.options.intervals, role, wait, Math.random());
    if (seconds !== null) await manager.query(BRING_FORWARD, [modelId, version, seconds]);
  }
}
