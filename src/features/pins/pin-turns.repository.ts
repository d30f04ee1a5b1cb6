import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

const HELD_SECONDS = 20;
const RENEW_MS = 2_000;
const AGAIN_MS = 200;
// Much longer than the time between two tries, or who comes next would lose the place by being slow.
const NEXT_SECONDS = 2;

const seconds = (count: number): string => `clock_timestamp() + ${count} * interval '1 second'`;

// Who comes anew takes it when it is free and nobody else comes next.
const TAKE = `
  UPDATE pin_schedule
  SET holder = $1, held_until = ${seconds(HELD_SECONDS)}, next_holder = nullif(next_holder, $1::uuid)
  WHERE (holder IS NULL OR held_until < clock_timestamp())
    AND (next_holder IS NULL OR next_holder = $1 OR next_until < clock_timestamp())
  RETURNING id`;

// Who has the turn goes on having it, and never takes it: a renewal may arrive when the turn was already given back.
const RENEW = `UPDATE pin_schedule SET held_until = ${seconds(HELD_SECONDS)} WHERE holder = $1 RETURNING id`;

const COME_NEXT = `
  UPDATE pin_schedule SET next_holder = $1, next_until = ${seconds(NEXT_SECONDS)}
  WHERE next_holder IS NULL OR next_holder = $1 OR next_until < clock_timestamp()`;

const IS_WANTED = `
  SELECT FROM pin_schedule WHERE next_holder IS NOT NULL AND next_until > clock_timestamp()`;

/** A turn that was taken. */
export interface PinTurn {
  /** Aborted with the caller's signal, and when the turn was lost: the database could not be told that it lasts. */
  readonly signal: AbortSignal;
  /** Whether somebody waits for the turn. Throws what the database throws. */
  readonly isWanted: () => Promise<boolean>;
}

/**
 * Lets one worker at a time work on pins, a batch at a time: two pins may protect the same object, and it must not be
 * set for one while it is released for the other. The turn is a row with an end and no lock, which would keep one
 * connection of a small pool busy; a worker that dies holds the others up for some seconds. Who waits comes next: a
 * sweep that gives its turn back and wants it again at once lets the pins of a move go first.
 */
@Injectable()
export class PinTurns {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Waits for its turn, works, and gives the turn back. Throws the signal's reason, and what the work throws. */
  async take<T>(signal: AbortSignal, work: (turn: PinTurn) => Promise<T>): Promise<T> {
    const holder = randomUUID();
    while (!(await this.hold(TAKE, holder))) {
      await this.dataSource.query(COME_NEXT, [holder]);
      await sleep(AGAIN_MS, undefined, { signal });
    }
    const lost = new AbortController();
    let until = Date.now() + HELD_SECONDS * 1000;
    const lose = (): void => lost.abort(new Error('another worker has the pins now'));
    const renew = async (): Promise<void> => {
      const asked = Date.now();
      // Who stood still for as long as that must not go on until the database has answered whose turn it is.
      if (asked > until) return lose();
      const held = await this.hold(RENEW, holder).catch(() => undefined);
      if (held === true) until = asked + HELD_SECONDS * 1000;
      else if (held === false || Date.now() + RENEW_MS > until) lose();
    };
    const timer = setInterval(() => void renew(), RENEW_MS);
    try {
      return await work({ signal: AbortSignal.any([signal, lost.signal]), isWanted: () => this.isWanted() });
    } finally {
      clearInterval(timer);
      const sql = 'UPDATE pin_schedule SET holder = NULL, held_until = NULL WHERE holder = $1';
      // Where that fails, the turn ends by itself.
      await this.dataSource.query(sql, [holder]).catch(() => undefined);
    }
  }

  private async hold(sql: string, holder: string): Promise<boolean> {
    const [rows]: [object[]] = await this.dataSource.query(sql, [holder]);
    return rows.length > 0;
  }

  private async isWanted(): Promise<boolean> {
    const rows: object[] = await this.dataSource.query(IS_WANTED);
    return rows.length > 0;
  }
}
