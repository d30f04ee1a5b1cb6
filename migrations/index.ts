import { Registry1700000000001 } from './0001-registry.js';
import { Checks1700000000003 } from './0003-checks.js';
import { Pins1700000000004 } from './0004-pins.js';
import { Outbox1700000000002 } from './0002-outbox.js';
import { Nodes1700000000005 } from './0005-nodes.js';
import { Turns1700000000006 } from './0006-turns.js';
import { PinTurns1700000000007 } from './0007-pin-turns.js';
import { ChecksNotPassing1700000000008 } from './0008-checks-not-passing.js';
import { AskedRounds1700000000009 } from './0009-asked-rounds.js';
import { PinReleases1700000000010 } from './0010-pin-releases.js';
import { ChecksNotMade1700000000011 } from './0011-checks-not-made.js';

/** Every migration, oldest first. Named one by one, so that a build or a bundler cannot lose one. */
export const MIGRATIONS = [
  Registry1700000000001,
  Outbox1700000000002,
  Checks1700000000003,
  Pins1700000000004,
  Nodes1700000000005,
  Turns1700000000006,
  PinTurns1700000000007,
  ChecksNotPassing1700000000008,
  AskedRounds1700000000009,
  PinReleases1700000000010,
  ChecksNotMade1700000000011,
];
