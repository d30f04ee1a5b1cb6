import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { PINNABLE_SCHEMES } from '../../domain/pin.js';
import { Transactions } from '../../platform/database/transactions.js';
import { CheckRepository } from '../checks/index.js';
import { protectedVersionsSql, Retention } from '../protection/index.js';
import { PinSettings } from './pin-settings.js';

const hash = (text: string): string => `sha256(convert_to(${text}, 'UTF8'))`;

// $1: seconds of retention, $2: models, $3: schemes, $4: whether anything is to be pinned at all.
const NEEDED = `
  SELECT DISTINCT p.model_id, p.version, s.subject, ${hash('s.subject')} AS hash
  FROM (${protectedVersionsSql('$1::float8')}) p
  JOIN versions v ON v.model_id = p.model_id AND v.version = p.version
  CROSS JOIN LATERAL (
    SELECT a ->> 'uri' AS subject FROM jsonb_array_elements(v.artifacts) a
    WHERE lower(split_part(a ->> 'uri', '://', 1)) = ANY ($3::text[])
    UNION ALL SELECT v.image WHERE v.image IS NOT NULL
  ) s
  WHERE p.model_id = ANY ($2::integer[]) AND $4::boolean`;

// In the order of the hash, so that two who add the same never wait for each other crosswise.
const ADD_PINS = `
  INSERT INTO pins (subject, hash) SELECT DISTINCT subject, hash FROM (${NEEDED}) needed ORDER BY hash
  ON CONFLICT (hash) DO NOTHING`;

const DROP_NEEDS = `
  WITH needed AS MATERIALIZED (${NEEDED}), gone AS (
    DELETE FROM pin_needs n USING pins p
    WHERE p.id = n.pin_id AND n.model_id = ANY ($2::integer[]) AND NOT EXISTS (
      SELECT FROM needed d WHERE d.model_id = n.model_id AND d.version = n.version AND d.hash = p.hash
    )
    RETURNING n.model_id, n.version, n.pin_id, p.subject
  ), due AS (
    UPDATE pins SET checked_at = NULL WHERE id IN (SELECT pin_id FROM gone)
  )
  SELECT model_id AS "modelId", version, subject FROM gone`;

const ADD_NEEDS = `
  WITH added AS (
    INSERT INTO pin_needs (model_id, version, pin_id)
    SELECT d.model_id, d.version, p.id FROM (${NEEDED}) d JOIN pins p ON p.hash = d.hash
    ON CONFLICT DO NOTHING RETURNING pin_id
  )
  UPDATE pins SET checked_at = NULL WHERE id IN (SELECT pin_id FROM added)`;

/** Which pins are wanted: what the protected versions need. */
@Injectable()
export class WantedPinsRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly transactions: Transactions,
    private readonly checks: CheckRepository,
    private readonly retention: Retention,
    private readonly settings: PinSettings,
  ) {}

  /** The next models by their ids. */
  async modelsAfter(id: number, limit: number): Promise<number[]> {
    const sql = 'SELECT id FROM models WHERE id > $1 ORDER BY id LIMIT $2';
    const rows: { id: number }[] = await this.dataSource.query(sql, [id, limit]);
    return rows.map((row) => row.id);
  }

  /**
   * Brings what is wanted for these models' versions up to date, in one transaction. What is wanted newly, or for one
   * version less, is due at once. What no longer holds is forgotten as a newest check: nobody keeps it true.
   */
  async align(modelIds: readonly number[]): Promise<void> {
    const values = [this.retention.seconds, modelIds, PINNABLE_SCHEMES, this.settings.enabled];
    await this.transactions.run(async (transaction) => {
      await transaction.query(ADD_PINS, values);
      const gone: { modelId: number; version: number; subject: string }[] = await transaction.query(DROP_NEEDS, values);
      await this.checks.forget(transaction, 'pin', gone);
      await transaction.query(ADD_NEEDS, values);
    });
  }
}
