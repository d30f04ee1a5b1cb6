import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import type { NodeDisk } from '../../domain/node.js';
import type { Placement } from '../../domain/placement/placement.js';
import type { Setback, Slot } from '../../domain/placement/slot.js';
import type { ResidencyState } from '../../domain/residency.js';
import type { PlanClock } from '../../domain/placement/turns.js';
import { inPieces } from '../../domain/in-pieces.js';
import { NodeOptions } from './node-options.js';

/** The channel on which a commit announces a node's new plan; the payload is the node's name. */
export const PLAN_CHANNEL = 'lastgood_plan';

/** What a plan says of one version. */
export interface PlanItem extends Omit<Placement, 'id'> {
  modelId: number;
  version: number;
  /** From which revision it is on the agent's list; null where it is not. Plans of an older release do not say. */
  listedIn?: number | null;
}

/** Everything about a node that a plan is made of, and its plan so far; null where there is none yet. */
export interface NodeFacts {
  node: string;
  labels: Record<string, string>;
  disk: NodeDisk;
  reporting: boolean;
  reportedAt: Date;
  /** When its agent last said what it holds, in milliseconds since 1970; null where it never did. */
  residedAt: number | null;
  /** 0: its agent was never told of a plan. */
  revision: number;
  /** The revision that its agent said last that it follows; null where it never did. */
  followed: number | null;
  held: HeldFacts[] | null;
  items: PlanItem[] | null;
  slots: Slot[] | null;
  setbacks: Setback[] | null;
  /** The state last recorded as a check, by `<model id>/<version>`. */
  seen: Record<string, string> | null;
}

/** What a node holds of a version, as far as a plan needs it. */
export interface HeldFacts {
  modelId: number;
  version: number;
  state: ResidencyState;
  weights: ResidencyState;
  image: ResidencyState | null;
  /** Since when it is in this state, in milliseconds since 1970. */
  since: number;
  bytesDone: number;
  bytesTotal: number;
  reason: string | null;
}

/** What was last recorded as checks of a node, by the keys of the versions. */
export type SeenOnNode = Pick<PlanToWrite, 'node' | 'seen'>;

/** A plan to write. `revised`: the list that the agent is given changed, and not only what people read about it. */
export interface PlanToWrite {
  node: string;
  items: PlanItem[];
  slots: readonly Slot[];
  setbacks: readonly Setback[];
  seen: Record<string, string>;
  revised: boolean;
}

/** Any constant that no other part of the product takes a lock under. */
const PLANNING = 7_420_302;

// Shorter than a statement may take, or nobody would know what it had waited for.
const SOON_MS = 2500;
const LOCK_NOT_AVAILABLE = '55P03';

// Statements end after seconds, however many nodes there are and whatever they hold: so these are so many nodes at a time.
const NODES_AT_ONCE = 100;

const FACTS = `
  SELECT n.name AS node, n.labels, n.disk, n.reported_at AS "reportedAt",
         n.reported_at > clock_timestamp() - $1 * interval '1 second' AS reporting,
         (extract(epoch FROM n.resided_at) * 1000)::bigint AS "residedAt", n.followed_revision AS followed, coalesce(p.revision, 0) AS revision, p.items, p.slots, p.setbacks, p.seen,
         (SELECT json_agg(json_build_object('modelId', r.model_id, 'version', r.version, 'state', r.state,
                   'weights', r.weights -> 'state', 'image', r.image -> 'state',
                   'since', (extract(epoch FROM r.since) * 1000)::bigint, 'bytesDone', r.weights -> 'bytesDone',
                   'bytesTotal', r.weights -> 'bytesTotal',
                   'reason', coalesce(r.weights ->> 'reason', r.image ->> 'reason')))
          FROM node_residency r WHERE r.node = n.name) AS held
  FROM nodes n LEFT JOIN node_plans p ON p.node = n.name
  WHERE n.name > $2 ORDER BY n.name LIMIT ${NODES_AT_ONCE}`;

// Read and not drawn, so that a plan that changes nothing writes nothing: only one is made at a time.
const CLOCK = `
  SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now, last_value + 1 AS revision FROM node_plan_revision`;

// A node that was deleted since is passed over. The number is taken only by plans that their agents are told of.
const WRITE = `
  WITH planned AS (
    SELECT p.* FROM json_to_recordset($1) AS p (
      node text, items jsonb, slots jsonb, setbacks jsonb, seen jsonb, revised boolean)
    JOIN nodes n ON n.name = p.node
  ), written AS (
    INSERT INTO node_plans AS w (node, revision, items, slots, setbacks, seen)
    SELECT node, CASE WHEN revised THEN $2::bigint ELSE 0 END, items, slots, setbacks, seen FROM planned
    ON CONFLICT (node) DO UPDATE SET items = excluded.items, slots = excluded.slots, setbacks = excluded.setbacks,
      seen = excluded.seen,
      revision = CASE WHEN excluded.revision > 0 THEN excluded.revision ELSE w.revision END
  )
  SELECT pg_notify('${PLAN_CHANNEL}', node) FROM planned WHERE revised`;

// A report that is yet to come was made before the clock was set back. Nobody knows how long ago, so it counts as one
// of now: else a node that is gone would hold what it held for as long as the clock went back.
const FROM_AHEAD = `
  UPDATE nodes SET reported_at = least(reported_at, clock_timestamp()),
    resided_at = CASE WHEN resided_at > clock_timestamp() THEN clock_timestamp() ELSE resided_at END
  WHERE greatest(reported_at, resided_at) > clock_timestamp() + interval '1 second'`;

const SILENT = `
  UPDATE nodes SET silent_since = clock_timestamp()
  WHERE silent_since IS NULL AND reported_at <= clock_timestamp() - $1 * interval '1 second'
  RETURNING 1`;

const FORGET = `
  WITH gone AS (
    DELETE FROM nodes WHERE reported_at <= clock_timestamp() - $1 * interval '1 second' RETURNING name
  )
  SELECT name AS node, p.seen FROM gone JOIN node_plans p ON p.node = name`;

// Where several workers look at the same moment, one of them gets the row.
const DUE = `
  UPDATE node_planning SET asked_at = clock_timestamp()
  WHERE (asked_at <= clock_timestamp() - $1 * interval '1 second' OR asked_at > clock_timestamp())
    AND EXISTS (SELECT FROM nodes)
  RETURNING 1`;

/** Rows of `node_plans`, and what plans are made of. */
@Injectable()
export class PlanRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly options: NodeOptions,
  ) {}

  /**
   * Takes the right to plan until the transaction ends, forgets nodes that are gone for good, and reads all the others.
   */
  async begin(manager: EntityManager): Promise<{ nodes: NodeFacts[]; forgotten: SeenOnNode[]; clock: PlanClock }> {
    // Planning itself is no statement, and many nodes take their time.
    await manager.query(`SET LOCAL idle_in_transaction_session_timeout = '60s'`);
    await this.takeTurn(manager);
    const forgotten: SeenOnNode[] = await manager.query(FORGET, [this.options.forgetSeconds]);
    const nodes = await this.readNodes(manager);
    const [clock]: PlanClock[] = await manager.query(CLOCK);
    if (clock === undefined) throw new Error('the sequence of plans has no row');
    return { nodes, forgotten, clock };
  }

  private async readNodes(manager: EntityManager): Promise<NodeFacts[]> {
    const nodes: NodeFacts[] = [];
    for (;;) {
      const page: NodeFacts[] = await manager.query(FACTS, [this.options.leaseSeconds, nodes.at(-1)?.node ?? '']);
      nodes.push(...page);
      if (page.length < NODES_AT_ONCE) return nodes;
    }
  }

  /** Takes the right to plan until the transaction ends: nothing is planned meanwhile. Before the lock of any node. */
  async takeTurn(manager: EntityManager): Promise<void> {
    await manager.query('SELECT pg_advisory_xact_lock($1)', [PLANNING]);
  }

  /**
   * The same for somebody who waits for an answer. False where a plan was being made for as long as that: the transaction
   * can only be ended then.
   */
  async takeTurnSoon(manager: EntityManager): Promise<boolean> {
    await manager.query(`SET LOCAL lock_timeout = ${SOON_MS}`);
    try {
      await this.takeTurn(manager);
    } catch (error) {
      if ((error as { code?: unknown }).code === LOCK_NOT_AVAILABLE) return false;
      throw error;
    }
    await manager.query('SET LOCAL lock_timeout TO DEFAULT');
    return true;
  }

  /** What is recorded of a node; null where nothing was ever planned for it. */
  async seenOn(manager: EntityManager, node: string): Promise<SeenOnNode | null> {
    const rows: SeenOnNode[] = await manager.query('SELECT node, seen FROM node_plans WHERE node = $1', [node]);
    return rows[0] ?? null;
  }

  /** Writes plans that changed, and announces those that their agents must hear of: these get the revision. */
  async write(manager: EntityManager, plans: readonly PlanToWrite[], revision: number): Promise<void> {
    if (plans.length === 0) return;
    if (plans.some(({ revised }) => revised))
      await manager.query(`SELECT setval('node_plan_revision', $1)`, [revision]);
    for (const some of inPieces(plans, NODES_AT_ONCE)) await manager.query(WRITE, [JSON.stringify(some), revision]);
  }

  /**
   * Whether a plan is due: by the clock, the next one being `everySeconds` later, or because the lease of a node ran out,
   * which is said once.
   */
  async takeDue(manager: EntityManager, everySeconds: number): Promise<boolean> {
    await manager.query(FROM_AHEAD);
    const [silent]: [unknown[]] = await manager.query(SILENT, [this.options.leaseSeconds]);
    const [due]: [unknown[]] = await manager.query(DUE, [everySeconds]);
    return silent.length + due.length > 0;
  }

  /** The node's plan; null where there is no such node. Revision 0: nothing is planned for it yet. */
  async find(node: string): Promise<{ revision: number; items: PlanItem[] } | null> {
    const sql = `
      SELECT coalesce(p.revision, 0) AS revision, coalesce(p.items, '[]') AS items
      FROM nodes n LEFT JOIN node_plans p ON p.node = n.name WHERE n.name = $1`;
    const [row]: { revision: number; items: PlanItem[] }[] = await this.dataSource.query(sql, [node]);
    return row ?? null;
  }
}
