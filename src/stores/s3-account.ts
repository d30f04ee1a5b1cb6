import type { S3Client } from '@aws-sdk/client-s3';
import type { Asking } from './artifact-store.js';
import { EndpointTurns } from './endpoint-turns.js';
import { limitAnswers } from './s3-answer-limit.js';
import { s3Client } from './s3-client.js';
import { keepToWaits } from './s3-waits.js';
import { S3_LIMITS, type S3Limits, type S3StoreOptions } from './s3-options.js';
import type { Turns } from './turns.js';

/** An S3 server and who asks it: the client, its time limits, and the turns at the endpoint. */
export class S3Account {
  readonly client: S3Client;
  readonly limits: S3Limits;
  /** The server's name for people. */
  readonly server: string;
  readonly #host: string;
  readonly #turns: EndpointTurns;

  constructor(options: S3StoreOptions) {
    const { endpoint, region = 'us-east-1', turns = new EndpointTurns() } = options;
    this.limits = { ...S3_LIMITS, ...options.limits };
    this.client = s3Client(options, this.limits);
    this.server = endpoint === undefined ? 'S3' : new URL(endpoint).host;
    limitAnswers(this.client, this.server);
    keepToWaits(this.client, this.server, () => this.turns.patience);
    this.#host = endpoint === undefined ? `s3.${region}.amazonaws.com` : this.server;
    this.#turns = turns;
  }

  /** Those of the endpoint, shared by all accounts on it. */
  get turns(): Turns {
    return this.#turns.host(this.#host);
  }

  /** One short request in its turn. `abortSignal` ends it when it takes longer than a look may, or is aborted. */
  look<T>(asking: Asking, send: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    return this.turns.asking(asking, () => {
      const limit = AbortSignal.timeout(this.limits.statMs);
      return send({ abortSignal: asking.signal ? AbortSignal.any([asking.signal, limit]) : limit });
    });
  }
}
