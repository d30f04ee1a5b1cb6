import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { ResidencyPartView } from '../../contract/node-views.js';
import type { ResidencyState } from '../../domain/residency.js';
import { NodeOptions } from './node-options.js';
import type { PlanItem } from './plan.repository.js';
import { pendingPart } from './node.view.js';
import { IMAGE_UNSEEN, isUnseen } from './unseen-image.js';

/** A version on a node of its pool: what the node said of it, and what the plan does. */
export interface HoldingRow {
  node: string;
  reporting: boolean;
  reportedAt: Date;
  /** When the agent last said what it holds; null where it never did. */
  residedAt: Date | null;
  version: number;
  /** What its artifacts take, each digest once. */
  bytes: number;
  hasImage: boolean;
  /** What the node said; null where it said nothing of this version. `pending` while its image was not looked at. */
  state: ResidencyState | null;
  weights: ResidencyPartView | null;
  image: ResidencyPartView | null;
  since: Date | null;
  plan: PlanItem | null;
}

/** How many nodes, or versions on nodes, are in one state. */
export interface StateCount {
  state: string;
  count: number;
}

// A pool that is no object is none, see `poolOf`.
const HOLDINGS = `
  WITH asked AS (
    SELECT v.version, v.image IS NOT NULL AS has_image,
      CASE jsonb_typeof(v.serving -> 'pool') WHEN 'object' THEN v.serving -> 'pool' ELSE '{}' END AS pool,
      (SELECT coalesce(sum(size), 0)::bigint FROM (
        SELECT DISTINCT a ->> 'digest' AS digest, (a -> 'size')::bigint AS size FROM jsonb_array_elements(v.artifacts) a
      ) once) AS bytes
    FROM versions v WHERE v.model_id = $1 AND v.version = ANY($2)
  )
  SELECT n.name AS node, n.reported_at > clock_timestamp() - $3 * interval '1 second' AS reporting,
    n.reported_at AS "reportedAt", n.resided_at AS "residedAt", n.followed_revision AS followed, a.version, a.bytes, a.has_image AS "hasImage",
    r.state, r.weights, r.image, r.since,
    jsonb_path_query_first(p.items, '$[*] ? (@.modelId == $model && @.version == $version)',
      jsonb_build_object('model', $1::integer, 'version', a.version)) AS plan
  FROM asked a
  JOIN nodes n ON n.labels @> a.pool
  LEFT JOIN node_residency r ON r.node = n.name AND r.model_id = $1 AND r.version = a.version
  LEFT JOIN node_plans p ON p.node = n.name
  ORDER BY a.version, n.name`;

const NODES = `
  SELECT CASE WHEN reported_at > clock_timestamp() - $1 * interval '1 second' THEN 'reporting' ELSE 'silent' END AS state,
    count(*)::integer AS count
  FROM nodes GROUP BY 1`;

// What a silent node said is not counted: it holds nothing.
const RESIDENCY = `
  SELECT r.state, count(*)::integer AS count FROM node_residency r JOIN nodes n ON n.name = r.node
  WHERE n.reported_at > clock_timestamp() - $1 * interval '1 second' GROUP BY 1`;

/** What of versions lies on the nodes of their pools. */
@Injectable()
export class HoldingRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly options: NodeOptions,
  ) {}

  /** These versions of a model on every node of their pools, silent ones too. */
  async ofVersions(modelId: number, versions: readonly number[]): Promise<HoldingRow[]> {
    const values = [modelId, versions, this.options.leaseSeconds];
    const rows: (HoldingRow & { followed: number | null })[] = await this.dataSource.query(HOLDINGS, values);
    return rows.map(({ followed, ...row }) => {
      if (row.state !== 'resident' || !isUnseen({ ...row, item: row.plan, followed })) return row;
      return { ...row, state: 'pending', image: pendingPart(0, IMAGE_UNSEEN) };
    });
  }

  /** Whether any node is registered at all: not every installation has agents. */
  async anyNode(): Promise<boolean> {
    const rows: unknown[] = await this.dataSource.query('SELECT FROM nodes LIMIT 1');
    return rows.length > 0;
  }

  /** For metrics: nodes that report and that are silent, and what those that report say of versions. */
  async counts(): Promise<{ nodes: StateCount[]; residency: StateCount[] }> {
    const lease = [this.options.leaseSeconds];
    const [nodes, residency]: StateCount[][] = await Promise.all([
      this.dataSource.query(NODES, lease),
      this.dataSource.query(RESIDENCY, lease),
    ]);
    return { nodes: nodes ?? [], residency: residency ?? [] };
  }
}
