import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Refusal } from '../../contract/refusal.js';

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
   * Runs `work` in one transaction (READ COMMITTED). A refusal that it returns rolls everything back and is returned
   * as it is; an exception rolls back and is thrown on.
   */
  async run<T>(work: (transaction: Transaction) => Promise<T>): Promise<T | Refusal> {
    try {
      return await this.dataSource.transaction('READ COMMITTED', async (manager) => {
        const result = await work(manager);
        if (result instanceof Refusal) throw new RefusedInTransaction(result);
        return result;
      });
    } catch (error) {
      if (error instanceof RefusedInTransaction) return error.refusal;
      throw error;
    }
  }
}
