import { Injectable } from '@nestjs/common';
import { maxAgesOf, type MaxAges } from '../../domain/readiness-ages.js';
import { CheckOptions } from '../checks/index.js';
import { NodeOptions } from '../nodes/index.js';
import { PinSettings } from '../pins/index.js';

/** How old the newest check of each kind may be and still count, as this installation is set. */
@Injectable()
export class CheckAges {
  readonly most: MaxAges;

  constructor({ intervals }: CheckOptions, { leaseSeconds }: NodeOptions, pins: PinSettings) {
    this.most = maxAgesOf(intervals, { leaseSeconds, pinSeconds: pins.enabled ? pins.intervalSeconds : null });
  }
}
