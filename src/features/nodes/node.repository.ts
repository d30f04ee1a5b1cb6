import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import type { RegisterNodeRequest } from '../../contract/requests/node.request.js';
import { canonicalJson } from '../../domain/canonical-json.js';
import { NodeEntity } from './node.entity.js';
import { NodeOptions } from './node-options.js';

/** A node as the database has it, and whether its lease runs by the database's own clock. */
export interface NodeRow extends NodeEntity {
  reporting: boolean;
}

/** What came of a registration: the node, and whether the plan has to be made anew for it. */
export interface Registered {
  node: NodeRow;
  replan: boolean;
}

/** What a node is asked for by. */
export interface NodeFilter {
  labels: Record<string, string>;
  size: number;
  after: string | null;
}

const ALIVE = (lease: string): string => `reported_at > clock_timestamp() - ${lease} * interval '1 second'`;

const COLUMNS = `
  name, agent, agent_version AS "agentVersion", labels, gpus, disk, registered_at AS "registeredAt",
  reported_at AS "reportedAt", resided_at AS "residedAt", followed_revision AS "followedRevision",
  silent_since AS "silentSince"`;

const LOCKED = `SELECT ${COLUMNS}, ${ALIVE('$2')} AS reporting FROM nodes WHERE name = $1 FOR NO KEY UPDATE`;

// The condition holds for whoever waited for another registration of the name, too: it is looked at anew then.
const REGISTER = `
  INSERT INTO nodes AS n (name, agent, agent_version, labels, gpus, disk, registered_at, reported_at)
  VALUES ($1, $3, $4, $5, $6, $7, clock_timestamp(), clock_timestamp())
  ON CONFLICT (name) DO UPDATE SET
    agent = excluded.agent, agent_version = excluded.agent_version, labels = excluded.labels, gpus = excluded.gpus,
    disk = excluded.disk, reported_at = excluded.reported_at, silent_since = NULL,
    registered_at = CASE WHEN n.agent = excluded.agent THEN n.registered_at ELSE excluded.registered_at END,
    resided_at = CASE WHEN n.agent = excluded.agent THEN n.resided_at END,
    followed_revision = CASE WHEN n.agent = excluded.agent THEN n.followed_revision END
  WHERE n.agent = excluded.agent OR NOT n.${ALIVE('$2')}
  RETURNING ${COLUMNS}, true AS reporting`;

const FORGET_RESIDENCY = 'DELETE FROM node_residency WHERE node = $1';

/** Rows of `nodes`. */
@Injectable()
export class NodeRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly options: NodeOptions,
  ) {}

  /**
   * Registers a node, or renews its lease; null where another agent holds the name and its lease. An agent that takes
   * over a name begins with nothing: what lay in the former one's cache is not in its own.
   */
  async register(manager: EntityManager, name: string, request: RegisterNodeRequest): Promise<Registered | null> {
    const { agent, agentVersion, labels, gpus, disk } = request;
    const before = await this.lock(manager, name);
    const values = [agent, agentVersion, labels, JSON.stringify(gpus), disk];
    const rows: NodeRow[] = await manager.query(REGISTER, [name, this.options.leaseSeconds, ...values]);
    const [node] = rows;
    if (node === undefined) return null;
    const taken = before !== null && before.agent !== agent;
    if (taken) await manager.query(FORGET_RESIDENCY, [name]);
    const replan =
      before === null || taken || !before.reporting || before.silentSince !== null || differs(before, node);
    return { node, replan };
  }

  /** The node, locked until the transaction ends; null where there is none. */
  async lock(manager: EntityManager, name: string): Promise<NodeRow | null> {
    const [row]: NodeRow[] = await manager.query(LOCKED, [name, this.options.leaseSeconds]);
    return row ?? null;
  }

  async find(name: string): Promise<NodeRow | null> {
    const sql = `SELECT ${COLUMNS}, ${ALIVE('$2')} AS reporting FROM nodes WHERE name = $1`;
    const [row]: NodeRow[] = await this.dataSource.query(sql, [name, this.options.leaseSeconds]);
    return row ?? null;
  }

  /** One node more than `size`, by name, beyond `after`. */
  list({ labels, size, after }: NodeFilter): Promise<NodeRow[]> {
    const sql = `
      SELECT ${COLUMNS}, ${ALIVE('$1')} AS reporting FROM nodes
      WHERE labels @> $2 AND name > $3 ORDER BY name LIMIT $4`;
    return this.dataSource.query(sql, [this.options.leaseSeconds, labels, after ?? '', size + 1]);
  }

  /** Removes a node with all that is known of it. */
  async remove(manager: EntityManager, name: string): Promise<void> {
    await manager.delete(NodeEntity, { name });
  }
}

// What a node uses and has free changes with every report, and is looked at by the clock.
function differs(before: NodeRow, now: NodeRow): boolean {
  const placed = ({ labels, disk }: NodeRow) => canonicalJson([labels, disk.budgetBytes]);
  return placed(before) !== placed(now);
}
