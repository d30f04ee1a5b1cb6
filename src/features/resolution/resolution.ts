import type { RecordView, ResolutionView } from '../../contract/views.js';
import { configDigest } from '../../domain/config-digest.js';
import type { ResolvedRow } from './resolution.repository.js';

/**
 * One alias, ready to be sent. Its body is made when the first one asks and serves everybody after: a replica that starts
 * with a hundred thousand aliases need not make those that nobody asks for.
 */
export class Resolution {
  readonly model: string;
  readonly alias: string;
  readonly revision: number;
  private made: Buffer | null = null;
  private row: ResolvedRow | null;

  constructor(row: ResolvedRow) {
    this.model = row.model;
    this.alias = row.alias;
    this.revision = row.revision;
    this.row = row;
  }

  get etag(): string {
    return `"${this.revision}"`;
  }

  /** The answer to `resolve`, JSON in UTF-8. */
  get body(): Buffer {
    if (this.row) {
      this.made = Buffer.from(JSON.stringify(viewOf(this.row)));
      this.row = null;
    }
    return this.made ?? Buffer.alloc(0);
  }
}

function viewOf({ model, alias, revision, live, warm }: ResolvedRow): ResolutionView {
  const record = recordView(live);
  return {
    model,
    alias,
    version: record.version,
    revision,
    record,
    traffic: [{ version: record.version, weight: 100 }],
    keepWarm: warm === null ? [] : [recordView(warm)],
  };
}

function recordView(text: string): RecordView {
  const record = JSON.parse(text) as Omit<RecordView, 'configDigest'>;
  return { ...record, configDigest: configDigest(record) };
}
