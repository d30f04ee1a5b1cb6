import { Injectable } from '@nestjs/common';
import { AskedLooks } from '../checks/index.js';
import { pinsOfVersion } from './pin-jobs.js';
import { PinSettings } from './pin-settings.js';

/** Has a version's pins looked at whenever somebody asks for a check of it. */
@Injectable()
export class PinsWhenAsked {
  constructor(looks: AskedLooks, { enabled }: PinSettings) {
    if (enabled) looks.also((key) => [pinsOfVersion(key)]);
  }
}
