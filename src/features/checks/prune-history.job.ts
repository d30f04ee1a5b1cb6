import { Injectable } from '@nestjs/common';
import { JobHandlers, type JobContext } from '../../platform/queue/index.js';
import { CheckHistoryRepository } from './check-history.repository.js';
import { PRUNE_HISTORY } from './check-jobs.js';
import { CheckOptions } from './check-options.js';

/** Rows of one statement: few enough not to hold anybody up, and to end well before a statement's time limit. */
const BATCH = 2000;

/** Deletes observations that are older than they are to be kept, oldest first, a batch at a time. */
@Injectable()
export class PruneHistory {
  constructor(
    private readonly histories: CheckHistoryRepository,
    private readonly options: CheckOptions,
    handlers: JobHandlers,
  ) {
    handlers.handle(PRUNE_HISTORY, (_data, context) => this.execute(context));
  }

  /** Runs a `checks.prune`. Once more from the beginning does no harm. */
  async execute({ signal, log }: Pick<JobContext, 'signal' | 'log'>): Promise<void> {
    let [after, deleted] = [0, 0];
    for (let goOn = true; goOn;) {
      signal.throwIfAborted();
      const batch = await this.histories.prune(after, this.options.historySeconds, BATCH);
      after = batch.after ?? after;
      deleted += batch.deleted;
      goOn = batch.goOn;
    }
    if (deleted > 0) log.info({ deleted }, 'old observations were deleted');
  }
}
