import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import type { ResidencyPartView } from '../../contract/node-views.js';
import type { ResidencyState } from '../../domain/residency.js';

/** What an agent says of one version. */
export interface SaidResidency {
  model: string;
  version: number;
  state: ResidencyState;
  weights: ResidencyPartView;
  image: ResidencyPartView | null;
}

/**
 * What came of a list: how many of its versions are known, and whether any changed its state, or came or went, or the
 * node now follows a list that took a turn of it back. Then others may have their turn.
 */
export interface Replaced {
  accepted: number;
  turned: boolean;
}

/** What a node holds of one version. */
export interface ResidencyRow extends SaidResidency {
  modelId: number;
  since: Date;
}

// Only rows that say something new are written: an agent sends its whole list every few seconds while it fetches.
const REPLACE = `
  WITH said AS (
    SELECT DISTINCT ON (m.id, v.version) m.id AS model_id, v.version, s.state, s.weights, s.image
    FROM json_to_recordset($2) AS s (model text, version integer, state text, weights jsonb, image jsonb)
    JOIN models m ON m.name = s.model
    JOIN versions v ON v.model_id = m.id AND v.version = s.version
  ), before AS (
    SELECT model_id, version, state, weights -> 'state' AS of_weights, image -> 'state' AS of_image FROM node_residency WHERE node = $1
  ), gone AS (
    DELETE FROM node_residency r WHERE r.node = $1
      AND NOT EXISTS (SELECT FROM said s WHERE s.model_id = r.model_id AND s.version = r.version)
    RETURNING 1
  ), kept AS (
    INSERT INTO node_residency AS r (node, model_id, version, state, weights, image, since)
    SELECT $1, model_id, version, state, weights, image, clock_timestamp() FROM said
    ON CONFLICT (node, model_id, version) DO UPDATE SET
      state = excluded.state, weights = excluded.weights, image = excluded.image,
      since = CASE WHEN r.state = excluded.state THEN r.since ELSE excluded.since END
    WHERE (r.weights, r.image) IS DISTINCT FROM (excluded.weights, excluded.image)
  )
  SELECT (SELECT count(*)::integer FROM said) AS accepted,
    EXISTS (SELECT FROM gone) OR EXISTS (
      SELECT FROM said s WHERE NOT EXISTS (
        SELECT FROM before b WHERE b.model_id = s.model_id AND b.version = s.version AND b.state = s.state
          AND (b.of_weights, b.of_image) IS NOT DISTINCT FROM (s.weights -> 'state', s.image -> 'state'))
    ) OR EXISTS (
      SELECT FROM node_plans p, jsonb_array_elements(p.slots) AS slot
      WHERE p.node = $1 AND (slot -> 'ended' ->> 'in')::bigint <= $3
    ) AS turned`;

const RENEW = `
  UPDATE nodes SET reported_at = clock_timestamp(), resided_at = clock_timestamp(), silent_since = NULL,
    followed_revision = coalesce($2, followed_revision)
  WHERE name = $1`;

const OF_NODE = `
  SELECT m.name AS model, r.model_id AS "modelId", r.version, r.state, r.weights, r.image, r.since
  FROM node_residency r JOIN models m ON m.id = r.model_id WHERE r.node = $1 ORDER BY m.name, r.version`;

/** Rows of `node_residency`. */
@Injectable()
export class ResidencyRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Replaces all that is known of what the node holds, and renews its lease. The caller holds the node's lock. */
  async replace(
    manager: EntityManager,
    node: string,
    said: readonly SaidResidency[],
    followed: number | null,
  ): Promise<Replaced> {
    await manager.query(RENEW, [node, followed]);
    const rows: Replaced[] = await manager.query(REPLACE, [node, JSON.stringify(said), followed]);
    return rows[0] ?? { accepted: 0, turned: false };
  }

  /** What the node holds by its agent's last word, by model and version. */
  ofNode(node: string): Promise<ResidencyRow[]> {
    return this.dataSource.query(OF_NODE, [node]);
  }
}
