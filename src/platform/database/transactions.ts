import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import pg from 'pg';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { Refusal } from '../../contract/refusal.js';
import { OutcomeUnknownError } from './outcome-unknown.js';
import { isPlanLost, planAnew } from './prepared.js';
import { isDatabaseUnavailable } from './unavailable.js';

/** One open transaction, handed from a use case to the repositories that take part in it. */
export type Transaction = EntityManager;

/**
 * What a use case returns whose last statements have been sent and not yet answered: the commit is sent after them
 * without waiting, and `answer` is what they come to. Where PostgreSQL refuses one of them, nothing is committed. Nothing
 * else in it may fail, as the commit would pass all the same.
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
   * where a statement's plan was lost on the way: nothing had happened then. What takes the plans of one connection takes
   * those of others, so that time none is used.
   * @throws OutcomeUnknownError where the connection broke when the commit had been sent
   */
  async run<T>(work: (transaction: Transaction) => Promise<T | Refusal | Closing<T>>): Promise<T | Refusal> {
    try {
      return await this.once(work);
    } catch (error) {
      if (isPlanLost(error)) return this.once(work, planAnew);
      throw error;
    }
  }

  private async once<T>(
    work: (transaction: Transaction) => Promise<T | Refusal | Closing<T>>,
    prepare: (client: object) => void = () => undefined,
  ): Promise<T | Refusal> {
    const runner = this.dataSource.createQueryRunner();
    try {
      prepare((await runner.connect()) as object);
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
  if (answer.status === 'fulfilled' && committed.status === 'fulfilled') return answer.value;
  const error: unknown = answer.status === 'rejected' ? answer.reason : (committed as PromiseRejectedResult).reason;
  throw isOpen(error) ? new OutcomeUnknownError(String(error), { cause: error }) : error;
}

// Connection, shutdown and crash, input and output: from a pooler they may tell of the line behind it, with the commit past it.
const LINE_LOST = /^(?:08|57P0|58)/;

/** Whether PostgreSQL may have committed although this came back. What it refuses itself, it rolls back at the COMMIT. */
function isOpen(error: unknown): boolean {
  const { driverError } = (error ?? {}) as { driverError?: unknown };
  if (driverError instanceof pg.DatabaseError) return LINE_LOST.test(driverError.code ?? '');
  return driverError !== undefined || isDatabaseUnavailable(error);
}
