import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Refusal } from '../../contract/refusal.js';
import { OutcomeUnknownError } from './outcome-unknown.js';
import { isPlanLost } from './prepared.js';
import { isDatabaseUnavailable } from './unavailable.js';

/** One open transaction, handed from a use case to the repositories that take part in it. */
export type Transaction = EntityManager;

// Carries a refusal out of TypeORM's transaction, which rolls back only on a throw.
class RefusedInTransaction extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.detail);
  }
}

/** Runs use cases in transactions. */
@Injectable()
export class Transactions {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Runs `work` in one transaction (READ COMMITTED, as `equip` sets every connection). A refusal that it returns rolls
   * everything back and is returned as it is; an exception rolls back and is thrown on. Runs it once more from the start
   * where a statement's plan was lost on the way: nothing had happened then.
   * @throws OutcomeUnknownError where the connection broke during the commit
   */
  async run<T>(work: (transaction: Transaction) => Promise<T>): Promise<T | Refusal> {
    try {
      return await this.once(work);
    } catch (error) {
      if (isPlanLost(error)) return this.once(work);
      throw error;
    }
  }

  private async once<T>(work: (transaction: Transaction) => Promise<T>): Promise<T | Refusal> {
    let committing = false;
    try {
      return await this.dataSource.transaction(async (manager) => {
        const result = await work(manager);
        if (result instanceof Refusal) throw new RefusedInTransaction(result);
        committing = true;
        return result;
      });
    } catch (error) {
      if (error instanceof RefusedInTransaction) return error.refusal;
      if (committing && isDatabaseUnavailable(error)) throw new OutcomeUnknownError(String(error), { cause: error });
      throw error;
    }
  }
}
