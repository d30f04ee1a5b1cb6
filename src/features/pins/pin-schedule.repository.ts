import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PinSettings } from './pin-settings.js';

// Who finds it due moves it on; the others wait for that and find it no longer due. An interval that was shortened counts
// at once.
const TAKE = `
  UPDATE pin_schedule SET next_at = now() + $1 * interval '1 second'
  WHERE next_at <= now() OR next_at > now() + $1 * interval '1 second' RETURNING next_at`;

/** The one row of `pin_schedule`. */
@Injectable()
export class PinScheduleRepository {
  constructor(private readonly settings: PinSettings) {}

  /** Whether a sweep is due. Who is told so must ask for it in the same transaction. */
  async take(manager: EntityManager): Promise<boolean> {
    const [rows]: [unknown[]] = await manager.query(TAKE, [this.settings.intervalSeconds]);
    return rows.length > 0;
  }
}
