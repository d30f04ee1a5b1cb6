import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import pg from 'pg';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { Refusal } from '../../contract/refusal.js';
import { OutcomeUnknownError } from './outcome-unknown.js';
import { isPlanLost } from './prepared.js';
import { isDatabaseUnavailable } from './unavailable.js';

/** One open transaction, handed from a use case to the repositories that take part in it. */
export type Transaction = EntityManager;

/**
 * What a use case returns whose last statements have been sent and not yet answered: the commit is sent after them
 * without waiting, and `answer` is what they come to. Where one of them fails, nothing is committed.
 */
export class Closing<T> {
  constructor(readonly answer: Promise<T>) {}
}

/** Runs use cases in transactions. */
@Injectable()
export class Transactions {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Runs `work` in one transaction (READ COMMITTED, as `equip` sets every connection). A refusal that it returns rolls
   * everything back and is returned as it is; an exception rolls back and is thrown on. Runs it once more from the start
   * where a statement's plan was lost on the way: nothing had happened then.
   * @throws OutcomeUnknownError where the connection broke when the commit had been sent
   */
  async run<T>(work: (transaction: Transaction) => Promise<T | Refusal | Closing<T>>): Promise<T | Refusal> {
    try {
      return await this.once(work);
    } catch (error) {
      if (isPlanLost(error)) return this.once(work);
      throw error;
    }
  }

  private async once<T>(work: (transaction: Transaction) => Promise<T | Refusal | Closing<T>>): Promise<T | Refusal> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.startTransaction();
      const result = await work(runner.manager);
      if (!(result instanceof Refusal)) return await commit(runner, result);
      await runner.rollbackTransaction();
      return result;
    } catch (error) {
      // What failed first is what is told; a rollback that cannot be sent has happened by the loss of the connection.
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      await runner.release();
    }
  }
}

async function commit<T>(runner: QueryRunner, result: T | Closing<T>): Promise<T> {
  const last = result instanceof Closing ? result.answer : Promise.resolve(result);
  const [answer, committed] = await Promise.allSettled([last, runner.commitTransaction()]);
  if (answer.status === 'rejected' && isPostgresAnswer(answer.reason)) throw answer.reason;
  const failed = [answer, committed].find((end) => end.status === 'rejected');
  if (!failed && answer.status === 'fulfilled') return answer.value;
  const error: unknown = failed?.reason;
  throw isDatabaseUnavailable(error) ? new OutcomeUnknownError(String(error), { cause: error }) : error;
}

// PostgreSQL itself refused a statement, and so rolled back at the COMMIT behind it; whatever else goes wrong leaves open
// how far it came.
const isPostgresAnswer = (error: unknown): boolean =>
  (error as { driverError?: unknown } | null)?.driverError instanceof pg.DatabaseError;
