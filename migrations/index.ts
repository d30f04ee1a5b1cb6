import { Registry1700000000001 } from './0001-registry.js';
import { Outbox1700000000002 } from './0002-outbox.js';

/** Every migration, oldest first. Named one by one, so that a build or a bundler cannot lose one. */
export const MIGRATIONS = [Registry1700000000001, Outbox1700000000002];
