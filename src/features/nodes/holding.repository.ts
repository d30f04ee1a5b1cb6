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

// What a silent node said is not counted: it holds nothing. Each plan is taken apart once, not searched for each version that
// its node holds; and whether an image was looked at is asked for each of the few answers that there are.
const RESIDENCY = `
  WITH said AS MATERIALIZED (
    SELECT r.node, r.model_id, r.version, r.state, n.followed_revision AS followed,
      r.state = 'resident' AND r.image IS NULL AND v.image IS NOT NULL AND n.followed_revision IS NOT NULL AS asked
    FROM node_residency r JOIN nodes n ON n.name = r.node
    JOIN versions v ON v.model_id = r.model_id AND v.version = r.version
    WHERE n.reported_at > clock_timestamp() - $1 * interval '1 second'
  ), planned AS MATERIALIZED (
    SELECT p.node, item."modelId" AS model_id, item.version, item.fits, item."listedIn"
    FROM node_plans p CROSS JOIN LATERAL
      jsonb_to_recordset(p.items) AS item ("modelId" integer, version integer, fits boolean, "listedIn" bigint)
    WHERE p.node IN (SELECT node FROM said WHERE asked)
  )
  SELECT s.state, s.asked, CASE WHEN s.asked THEN s.followed END AS followed, p.fits, p."listedIn",
    count(*)::integer AS count
  FROM said s LEFT JOIN planned p
    ON s.asked AND p.node = s.node AND p.model_id = s.model_id AND p.version = s.version
  GROUP BY 1, 2, 3, 4, 5`;

/** How many versions on nodes are in one state by what was said, and what tells whether their image was looked at. */
interface SaidCount extends StateCount {
  /** Whether that is a question at all: resident by the weights, with an image that nothing was said of. */
  asked: boolean;
  followed: number | null;
  fits: boolean | null;
  listedIn: number | null;
}

const isUnseenOf = ({ asked, followed, fits, listedIn }: SaidCount): boolean =>
  isUnseen({ hasImage: asked, image: null, item: { fits: fits === true, listedIn }, followed });

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

  /** For metrics: nodes that report and that are silent, and what versions are on those that report. */
  async counts(): Promise<{ nodes: StateCount[]; residency: StateCount[] }> {
    const lease = [this.options.leaseSeconds];
    const asked: [Promise<StateCount[]>, Promise<SaidCount[]>] = [
      this.dataSource.query(NODES, lease),
      this.dataSource.query(RESIDENCY, lease),
    ];
    const [nodes, said] = await Promise.all(asked);
    const residency = new Map<string, number>();
    for (const one of said) {
      const state = isUnseenOf(one) ? 'pending' : one.state;
      residency.set(state, (residency.get(state) ?? 0) + one.count);
    }
    return { nodes, residency: Array.from(residency, ([state, count]) => ({ state, count })) };
  }
}
