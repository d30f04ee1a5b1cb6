import { setTimeout as sleep } from 'node:timers/promises';
import type { Resolution, VersionRecord } from '../../../examples/voice-activity/version-switch.js';

/** An engine without a model: it takes a moment, and says how many windows its version number is. */
export class FakeEngine {
  sampleRate = 16_000;
  closed = false;
  running = 0;
  /** Requests that were inside, or came, after the close: there must be none. */
  violations = 0;
  ended: Promise<Error>;
  crash!: (error: Error) => void;

  constructor(readonly version: number) {
    this.ended = new Promise((resolve) => (this.crash = resolve));
  }

  async detect() {
    if (this.closed) this.violations++;
    this.running++;
    await sleep(Math.random() * 8);
    this.running--;
    if (this.closed) this.violations++;
    return { speech: [], windows: this.version };
  }

  async close() {
    if (this.running > 0) this.violations++;
    this.closed = true;
    this.crash(new Error('closed'));
  }
}

export function record(version: number): VersionRecord {
  return { version, digest: `sha256:${version}`, artifacts: [], env: {}, serving: { version } };
}

/** Stands for the digest of what the version is served with. */
export const configDigest = ({ serving }: Pick<VersionRecord, 'serving'>): string =>
  `sha256:c${String(serving['version'])}`;

/** A resolution: the live version first, then the ones to keep warm. */
export function resolution(revision: number, live: number, ...warm: number[]): Resolution {
  return { version: live, revision, record: record(live), keepWarm: warm.map(record) };
}
