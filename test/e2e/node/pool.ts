import type { LastgoodClient } from '../../../src/client/index.js';
import type { Digest } from '../../../src/domain/digest.js';
import type { Artifact } from '../../../src/domain/version-record.js';
import { emptyFolder } from '../../support/agent/cache-under-test.js';
import { startS3Front } from '../../support/agent/s3-front.js';
import { seededBytes } from '../../support/agent/seeded-bytes.js';
import type { PlantedObjects } from './planted-objects.js';
import { PoolNode } from './pool-node.js';

export const MIB = 1024 * 1024;

/** Of a condition that must come true, however busy the machine is. */
export const soon = { timeout: 240_000, interval: 50 };

interface Around {
  readonly objects: PlantedObjects;
  readonly client: LastgoodClient;
  readonly url: string;
}

/** A model and the nodes that serve it, apart from whatever other tests do at the same registry. */
export class Pool {
  /** What each version must hold, for whoever looks at `models/`. */
  readonly truth: Record<string, Record<string, Digest>> = {};

  constructor(
    private readonly around: Around,
    readonly model: string,
  ) {}

  /** Uploads a file of bytes that the seed makes; answers it as an artifact. */
  async plant(path: string, size: number, seed = `${this.model} ${path}`): Promise<Artifact> {
    return this.around.objects.put(path, seededBytes(seed, size));
  }

  /** Registers a version for the nodes of this pool and lets `production` point at it; answers its number. */
  async serve(artifacts: Artifact[]): Promise<number> {
    const { client } = this.around;
    const number = Object.keys(this.truth).length + 1;
    this.truth[`${this.model}/v${number}`] = Object.fromEntries(
      artifacts.map(({ path, digest }) => [path, digest as Digest]),
    );
    const serving = { pool: { pool: this.model } };
    await client.registerVersion(this.model, { artifacts, serving, createModel: true });
    await client.promote(this.model, 'production', { version: number, reason: `v${number} is better` });
    return number;
  }

  /** A node of this pool with a cache folder and a way to the store of its own. Its agent does not run yet. */
  async node(name: string, folder?: string): Promise<PoolNode> {
    const { objects, url } = this.around;
    const front = await startS3Front(objects.server.endpoint);
    const cache = folder ?? (await emptyFolder());
    const env = { ...objects.env(front.endpoint), LASTGOOD_URL: url };
    return new PoolNode(`${this.model}-${name}`, this.model, cache, front, env, this.truth);
  }

  /** How many nodes have each version that may be needed: `{ v1: '3 of 3' }`. */
  async resident(): Promise<Record<string, string>> {
    const { versions } = await this.around.client.modelResidency(this.model);
    return Object.fromEntries(versions.map((one) => [`v${one.version}`, `${one.resident} of ${one.wanted}`]));
  }

  /** What the registry knows of each version on a node: the state, and the reason where there is one. */
  async said(node: PoolNode): Promise<Record<string, string>> {
    const { residency } = await this.around.client.getNode(node.name);
    return Object.fromEntries(
      residency.map(({ version, state, weights }) => [
        `v${version}`,
        weights.reason === null ? state : `${state}: ${weights.reason}`,
      ]),
    );
  }
}
