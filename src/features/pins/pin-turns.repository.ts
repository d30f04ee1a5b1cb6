import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

const HELD_SECONDS = 20;
const RENEW_MS = 5_000;
const AGAIN_MS = 200;

const TAKE = `
  UPDATE pin_schedule SET holder = $1, held_until = clock_timestamp() + ${HELD_SECONDS} * interval '1 second'
  WHERE holder IS NULL OR holder = $1 OR held_until < clock_timestamp() RETURNING holder`;

/**
 * Lets one worker at a time work on pins, a batch at a time: two pins may protect the same object, and it must not be
 * set for one while it is released for the other. The turn is a row with an end and no lock, which would keep one
 * connection of a small pool busy; a worker that dies holds the others up for some seconds.
 */
@Injectable()
export class PinTurns {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Waits for its turn, works, and gives the turn back. The work's signal is aborted with the one given, and when the
   * turn was lost, because the database could not be told for too long that it lasts.
   */
  async take<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const holder = randomUUID();
    while (!(await this.hold(holder))) await sleep(AGAIN_MS, undefined, { signal });
    const lost = new AbortController();
    let until = Date.now() + HELD_SECONDS * 1000;
    const renew = async (): Promise<void> => {
      const asked = Date.now();
      const held = await this.hold(holder).catch(() => null);
      if (held === true) until = asked + HELD_SECONDS * 1000;
      else if (held === false || Date.now() + RENEW_MS > until)
        lost.abort(new Error('another worker has the pins now'));
    };
    const timer = setInterval(() => void renew(), RENEW_MS);
    try {
      return await work(AbortSignal.any([signal, lost.signal]));
    } finally {
      clearInterval(timer);
      const sql = 'UPDATE pin_schedule SET holder = NULL, held_until = NULL WHERE holder = $1';
      // Where that fails, the turn ends by itself.
      await this.dataSource.query(sql, [holder]).catch(() => undefined);
    }
  }

  private async hold(holder: string): Promise<boolean> {
    const [rows]: [unknown[]] = await this.dataSource.query(TAKE, [holder]);
    return rows.length > 0;
  }
}
