import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PinSettings } from './pin-settings.js';

// Who finds it due moves it on; the others wait for that and find it no longer due. An interval that was shortened counts
// at once.
const TAKE = `
  UPDATE pin_schedule SET next_at = now() + $1 * interval '1 second'
  WHERE next_at <= now() OR next_at > now() + $1 * interval '1 second' RETURNING next_at`;

const TAKE_RETRY = `
  UPDATE pin_schedule SET retry_at = now() + $1 * interval '1 second'
  WHERE retry_at <= now() AND EXISTS (SELECT FROM pins WHERE state = 'unreachable') RETURNING retry_at`;

/** The one row of `pin_schedule`. */
@Injectable()
export class PinScheduleRepository {
  constructor(private readonly settings: PinSettings) {}

  /** Which sweeps are due. Who is told so must ask for them in the same transaction. */
  async take(manager: EntityManager): Promise<('all' | 'unreachable')[]> {
    const [all]: [unknown[]] = await manager.query(TAKE, [this.settings.intervalSeconds]);
    if (all.length > 0) return ['all'];
    const [retry]: [unknown[]] = await manager.query(TAKE_RETRY, [this.settings.retrySeconds]);
    return retry.length > 0 ? ['unreachable'] : [];
  }
}
