import { Module, type DynamicModule } from '@nestjs/common';
import { KeepEarlier } from './keep-earlier.js';
import { PinScheduleRepository } from './pin-schedule.repository.js';
import { PinScheduler } from './pin-scheduler.js';
import { PinSettings } from './pin-settings.js';
import { PinTurns } from './pin-turns.repository.js';
import { PinRepository } from './pin.repository.js';
import { PinnedObjectRepository } from './pinned-object.repository.js';
import { PinsWhenAsked } from './pins-when-asked.js';
import { ReconcilePins } from './reconcile-pins.job.js';
import { ReleasePin } from './release-pin.js';
import { SetPin } from './set-pin.js';
import { WantedPinsRepository } from './wanted-pins.repository.js';

/** Protection of what the needed versions are made of, where it lies. */
@Module({})
export class PinsModule {
  static forRoot(settings: PinSettings): DynamicModule {
    return {
      module: PinsModule,
      // Readiness weighs what is pinned as often as it is looked at.
      global: true,
      providers: [
        { provide: PinSettings, useValue: settings },
        PinRepository,
        PinnedObjectRepository,
        WantedPinsRepository,
        PinScheduleRepository,
        PinTurns,
        KeepEarlier,
        SetPin,
        ReleasePin,
        ReconcilePins,
        PinScheduler,
        PinsWhenAsked,
      ],
      exports: [PinScheduler, PinSettings],
    };
  }
}
