import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { inPieces } from '../../domain/in-pieces.js';
import { PINNABLE_SCHEMES } from '../../domain/pin.js';
import { Transactions } from '../../platform/database/transactions.js';
import { CheckRepository, type VersionKey } from '../checks/index.js';
import { protectedVersionsSql, Retention } from '../protection/index.js';
import { partsOf } from './parts-of.js';
import { PinSettings } from './pin-settings.js';

const hash = (text: string): string => `sha256(convert_to(${text}, 'UTF8'))`;

// A statement ends after seconds, and a version may name very many things, of which a list is read as a whole.
const AT_ONCE = 1000;
const VERSIONS_AT_ONCE = 20;

const SCHEME = (uri: string): string => `lower(split_part(${uri}, '://', 1))`;

// $1: seconds of retention, $2: models.
const PROTECTED = `
  SELECT p.model_id AS "modelId", p.version FROM (${protectedVersionsSql('$1::float8')}) p
  WHERE p.model_id = ANY ($2::integer[]) ORDER BY p.model_id, p.version`;

const SIZES = `
  SELECT v.model_id AS "modelId", v.version, jsonb_array_length(v.artifacts) + 1 AS size
  FROM unnest($1::integer[], $2::integer[]) AS t (model_id, version)
  JOIN versions v ON v.model_id = t.model_id AND v.version = t.version`;

// $1: schemes, $2 to $5: parts of versions. The image is the first thing of a version, its artifacts come after it.
const NEEDED = `
  SELECT DISTINCT v.model_id, v.version, s.subject, ${hash('s.subject')} AS hash
  FROM unnest($2::integer[], $3::integer[], $4::integer[], $5::integer[]) AS t (model_id, version, first, last)
  JOIN versions v ON v.model_id = t.model_id AND v.version = t.version
  CROSS JOIN LATERAL (
    SELECT e.artifact ->> 'uri' AS subject FROM jsonb_array_elements(v.artifacts) WITH ORDINALITY AS e (artifact, place)
    WHERE e.place BETWEEN t.first AND t.last AND ${SCHEME(`e.artifact ->> 'uri'`)} = ANY ($1::text[])
    UNION ALL SELECT v.image WHERE v.image IS NOT NULL AND t.first = 0
  ) s`;

// In the order of the hash, so that two who add the same never wait for each other crosswise.
const ADD_PINS = `
  INSERT INTO pins (subject, hash) SELECT DISTINCT subject, hash FROM (${NEEDED}) needed ORDER BY hash
  ON CONFLICT (hash) DO NOTHING`;

const ADD_NEEDS = `
  WITH added AS (
    INSERT INTO pin_needs (model_id, version, pin_id)
    SELECT d.model_id, d.version, p.id FROM (${NEEDED}) d JOIN pins p ON p.hash = d.hash
    ON CONFLICT DO NOTHING RETURNING pin_id
  )
  UPDATE pins SET checked_at = NULL WHERE id IN (SELECT pin_id FROM added)`;

// One step through the index for each version, however many things it needs.
const HELD = `
  SELECT t.model_id AS "modelId", h.version FROM unnest($1::integer[]) AS t (model_id) CROSS JOIN LATERAL (
    WITH RECURSIVE held (version) AS (
      SELECT (SELECT min(n.version) FROM pin_needs n WHERE n.model_id = t.model_id)
      UNION ALL
      SELECT (SELECT min(n.version) FROM pin_needs n WHERE n.model_id = t.model_id AND n.version > held.version)
      FROM held WHERE held.version IS NOT NULL
    )
    SELECT version FROM held WHERE version IS NOT NULL
  ) h`;

// What an alias was moved to meanwhile is needed after all. $3: the version, $4: whether anything is to be pinned at all.
const DROP_NEEDS = `
  WITH gone AS (
    DELETE FROM pin_needs n USING pins p
    WHERE p.id = n.pin_id AND n.model_id = ANY ($2::integer[]) AND n.version = $3 AND n.pin_id IN (
      SELECT pin_id FROM pin_needs WHERE model_id = ANY ($2::integer[]) AND version = $3 ORDER BY pin_id LIMIT ${AT_ONCE}
    ) AND NOT ($4::boolean AND EXISTS (SELECT FROM (${PROTECTED}) d WHERE d.version = $3))
    RETURNING n.model_id, n.version, n.pin_id, p.subject
  ), due AS (
    UPDATE pins SET checked_at = NULL WHERE id IN (SELECT pin_id FROM gone)
  )
  SELECT model_id AS "modelId", version, subject FROM gone`;

type Gone = VersionKey & { readonly subject: string };
type Sized = VersionKey & { readonly size: number };

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
   * Brings what is wanted for these models' versions up to date, and stops between two pieces, each one transaction. A
   * version's record never changes, so all of it is needed, or nothing. What is wanted newly, or for one version less, is
   * due at once. What no longer holds is forgotten as a newest check: nobody keeps it true. Added before it is dropped,
   * so that what passes from one version to another is needed all the while. Throws what the database throws.
   */
  async *align(modelIds: readonly number[]): AsyncGenerator<void, void> {
    const values = [this.retention.seconds, modelIds];
    const wanted: VersionKey[] = this.settings.enabled ? await this.dataSource.query(PROTECTED, values) : [];
    let begun = false;
    for (const some of inPieces(wanted, VERSIONS_AT_ONCE)) {
      const sizes: Sized[] = await this.dataSource.query(SIZES, columns(some, ['modelId', 'version']));
      for (const parts of partsOf(sizes, AT_ONCE)) {
        // Not after the last one: whoever wants but one piece goes on with its pins in the same turn.
        if (begun) yield;
        begun = true;
        const asked = [PINNABLE_SCHEMES, ...columns(parts, ['modelId', 'version', 'first', 'last'])];
        await this.transactions.run(async (transaction) => {
          await transaction.query(ADD_PINS, asked);
          await transaction.query(ADD_NEEDS, asked);
        });
      }
    }
    const kept = new Set(wanted.map(keyOf));
    const held: VersionKey[] = await this.dataSource.query(HELD, [modelIds]);
    for (const key of held) if (!kept.has(keyOf(key))) yield* this.drop(key);
  }

  private async *drop({ modelId, version }: VersionKey): AsyncGenerator<void, void> {
    const values = [this.retention.seconds, [modelId], version, this.settings.enabled];
    for (let left = true; left;) {
      yield;
      const dropped = await this.transactions.run(async (transaction) => {
        const gone: Gone[] = await transaction.query(DROP_NEEDS, values);
        await this.checks.forget(transaction, 'pin', gone);
        return gone.length;
      });
      left = dropped === AT_ONCE;
    }
  }
}

const keyOf = ({ modelId, version }: VersionKey): string => `${modelId}/${version}`;

function columns<K extends string>(rows: readonly Readonly<Record<K, number>>[], names: readonly K[]): number[][] {
  return names.map((name) => rows.map((row) => row[name]));
}
