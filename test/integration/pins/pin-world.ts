import { GetObjectLegalHoldCommand, GetObjectTaggingCommand, type S3Client } from '@aws-sdk/client-s3';
import { digestOf } from '../../../src/domain/digest.js';
import { JobQueue } from '../../../src/platform/queue/index.js';
import type { CheckView } from '../../../src/contract/views.js';
import { startApi, type TestApi } from '../../support/api.js';
import { layObject } from '../../support/s3-buckets.js';
import type { S3Keys } from '../../support/s3-server.js';
import { RegistryRows } from '../api/registry-rows.js';

export const POLL = { timeout: 60_000, interval: 50 };
export const WEIGHTS = 'weights';

/** How a registry reaches a bucket. The sweep over its pins runs every second. */
export interface BucketAccess {
  readonly endpoint: string;
  readonly keys: S3Keys;
  readonly bucket: string;
}

/** Settings for a registry that pins in a bucket. */
export function pinning(
  { endpoint, keys, bucket }: BucketAccess,
  more: Record<string, string> = {},
): Record<string, string> {
  return {
    S3_ENDPOINT: endpoint,
    S3_BUCKET: bucket,
    S3_ACCESS_KEY_ID: keys.accessKeyId,
    S3_SECRET_ACCESS_KEY: keys.secretAccessKey,
    LASTGOOD_PIN_INTERVAL_SECONDS: '1',
    ...more,
  };
}

/** A registry with its jobs running, and what a test does with it and sees of it. */
export class PinWorld {
  private constructor(
    readonly api: TestApi,
    readonly rows: RegistryRows,
  ) {}

  static async start(env: Record<string, string>, databaseUrl?: string): Promise<PinWorld> {
    const api = await startApi({ env, jobs: true, ...(databaseUrl === undefined ? {} : { databaseUrl }) });
    return new PinWorld(api, await RegistryRows.of(api.databaseUrl));
  }

  async close(): Promise<void> {
    await this.rows.close();
    await this.api.close();
  }

  /** Registers a version of these artifacts; `seed` makes it another one. */
  async register(
    model: string,
    uris: readonly string[],
    extra: { seed?: number; image?: string } = {},
  ): Promise<number> {
    const { seed = 0, ...record } = extra;
    const artifacts = uris.map((uri, index) => {
      return { uri, digest: digestOf(WEIGHTS), size: WEIGHTS.length, path: `part-${index}` };
    });
    const body = { createModel: true, artifacts, serving: { seed }, ...record };
    const answer = await this.api.as('ana').post(`/v1/models/${model}/versions`).send(body).expect(201);
    return (answer.body as { version: number }).version;
  }

  /** Deletes an alias, which ends the protection of what it named once the retention window is over. */
  async removeAlias(model: string, alias = 'production'): Promise<void> {
    const url = `/v1/models/${model}/aliases/${alias}?reason=gone`;
    await this.api.as('ana').delete(url).expect(204);
  }

  /** The newest check of each pin of a version, by its subject. */
  async pins(model: string, version = 1): Promise<Record<string, CheckView>> {
    const { body } = await this.api.as('ana').get(`/v1/models/${model}/versions/${version}/checks`).expect(200);
    const found = (body.items as CheckView[]).filter(({ kind }) => kind === 'pin');
    return Object.fromEntries(found.map((check) => [check.subject, check]));
  }

  async stateOf(model: string, subject: string, version = 1): Promise<string | undefined> {
    return (await this.pins(model, version))[subject]?.state;
  }

  /** Whether a job waits for the turn of the one that is at the pins. */
  async isWaitedFor(): Promise<boolean> {
    return (await this.rows.query('SELECT FROM pin_schedule WHERE next_until > clock_timestamp()')).length > 0;
  }

  /** Whether nothing is to be done: the sweep with which a registry begins is over, and what a registration sets going. */
  async isIdle(): Promise<boolean> {
    const swept = await this.rows.query('SELECT FROM pin_schedule WHERE next_at > now()');
    const due = await this.rows.query('SELECT FROM outbox WHERE available_at <= now()');
    const { waiting, active } = await this.api.app.get(JobQueue).depth();
    return swept.length > 0 && due.length + waiting + active === 0;
  }

  /** Every state in which a pin was observed, in the order of the observations, repeats left out. */
  async statesOver(subject: string): Promise<string[]> {
    const sql = `SELECT state FROM checks WHERE kind = 'pin' AND subject = $1 ORDER BY observed_at, id`;
    const rows = await this.rows.query<{ state: string }>(sql, [subject]);
    return rows.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1]);
  }
}

/** What protects objects in a bucket, as the server itself says. */
export class Bucket {
  constructor(
    private readonly client: S3Client,
    readonly name: string,
  ) {}

  async lay(key: string, body = WEIGHTS): Promise<string> {
    await layObject(this.client, this.name, key, body);
    return `s3://${this.name}/${key}`;
  }

  async held(Key: string): Promise<boolean> {
    try {
      const { LegalHold } = await this.client.send(new GetObjectLegalHoldCommand({ Bucket: this.name, Key }));
      return LegalHold?.Status === 'ON';
    } catch {
      return false;
    }
  }

  async tagged(Key: string): Promise<boolean> {
    const { TagSet = [] } = await this.client.send(new GetObjectTaggingCommand({ Bucket: this.name, Key }));
    return TagSet.some((tag) => tag.Key === 'lastgood-pin' && tag.Value === 'protected');
  }
}
