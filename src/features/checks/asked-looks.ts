import { Injectable } from '@nestjs/common';
import type { OutboundJob } from '../../platform/queue/index.js';
import type { VersionKey } from './check-jobs.js';

/** What is looked at too when somebody asks for a check of a version, by features that build on checks. */
@Injectable()
export class AskedLooks {
  readonly #others: ((key: VersionKey) => OutboundJob[])[] = [];

  /** From now on, these jobs go with every check that is asked for. */
  also(jobsFor: (key: VersionKey) => OutboundJob[]): void {
    this.#others.push(jobsFor);
  }

  /** The jobs that go with a check of the version. */
  with(key: VersionKey): OutboundJob[] {
    return this.#others.flatMap((jobsFor) => jobsFor(key));
  }
}
