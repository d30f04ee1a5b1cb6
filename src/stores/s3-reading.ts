import { Readable } from 'node:stream';
import { Countdown } from './outbound/countdown.js';
import { limitedBody } from './outbound/limited-body.js';
import { OutboundError } from './outbound/outbound-error.js';
import type { S3Account } from './s3-account.js';

/** The limits of one reading of an object, from its request to its last byte. A server that trickles gets no more. */
export class S3Reading {
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;
  readonly #head: Countdown;
  readonly #body: Countdown;

  constructor(
    private readonly account: S3Account,
    signal?: AbortSignal,
  ) {
    const { statMs, readMs } = account.limits;
    this.#signal = signal ? AbortSignal.any([signal, this.#over.signal]) : this.#over.signal;
    this.#head = this.#countdown(statMs);
    this.#body = this.#countdown(readMs);
  }

  /** Sends the request and waits for the head of the answer, as long as one look may take. */
  async head<T>(send: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    this.#head.start();
    try {
      return await send({ abortSignal: this.#signal });
    } finally {
      this.#head.stop();
    }
  }

  /** The bytes, ended with an OutboundError where a limit is passed. Read or destroy them. */
  body(bytes: Readable): Readable {
    const { limits, server: host } = this.account;
    this.#body.start();
    const done = (): void => this.#body.stop();
    return limitedBody(bytes, {
      host,
      idleMs: limits.idleMs,
      maxBytes: limits.readBytes,
      signal: this.#signal,
      done,
    });
  }

  #countdown(ms: number): Countdown {
    return new Countdown(ms, () => {
      this.#over.abort(new OutboundError('unreachable', `${this.account.server} took longer than ${ms} ms in all`));
    });
  }
}
