import type { Found } from './readiness-evidence.js';
import type { CheckedItem } from './readiness-needs.js';

type Trouble = Exclude<Found, 'present'>;

const GENERAL: Record<Trouble, string> = {
  missing: 'Put the recorded bytes back at their address. A bucket that keeps versions may still have them.',
  changed: 'Put the recorded bytes back at their address. A bucket that keeps versions may still have them.',
  forbidden: 'Let Lastgood look: its credentials lack the permission, or are not accepted any more.',
  unsupported:
    'Configure the store that it lies in (`lastgood config` shows what is configured), or register less where the check names a limit.',
  unreachable:
    'Bring it back, or give Lastgood a way to it (credentials that ended: renew them); the next check looks again.',
  stale: 'See that a worker runs and keeps up: `lastgood worker`; `lastgood up` has one inside.',
  unchecked: 'Wait for the first check. A worker makes it: `lastgood worker`; `lastgood up` has one inside.',
  ahead: 'Set the clocks of the workers and of the database: one of them is wrong.',
};

// A pin that somebody took away is set again where it is found out: what is said to be missing could not be set.
const PINNED_THEN = 'Lastgood then sets the pin by itself, with the next sweep or a check that you ask for.';

const OWN: Partial<Record<CheckedItem, Partial<Record<Trouble, string>>>> = {
  image: {
    missing: 'Push the image back under its digest.',
    changed: 'Push the image back under its digest.',
    forbidden: 'Give Lastgood credentials for its registry: LASTGOOD_OCI_CREDENTIALS.',
    unsupported:
      'Name its registry in LASTGOOD_OCI_ALLOWED_HOSTS, so that Lastgood can look; where the check names a limit, push a smaller image or index.',
  },
  env: {
    missing: 'Put the secret back where the reference points.',
    changed: 'Put the secret back where the reference points.',
    unsupported:
      'See to it by hand, or let Lastgood look there: LASTGOOD_SECRET_ENVIRONMENT for env://, ' +
      'LASTGOOD_SECRET_FILE_ROOTS for file://, LASTGOOD_SECRET_KUBERNETES for k8s://.',
  },
  config: {
    missing: 'Find out what changed the config, and put it back.',
    changed: 'Find out what changed the config and put it back, or register what is served now as a version.',
    unchecked: 'Wait for the next report of the controller: each is compared with the record.',
    stale: 'Wait for the next report of the controller: each is compared with the record.',
  },
  pins: {
    missing: `Mend what the check says. ${PINNED_THEN}`,
    changed: `Put the recorded bytes back at their address. ${PINNED_THEN}`,
    forbidden: `Grant Lastgood’s credentials the permission that the check names. ${PINNED_THEN}`,
    unchecked: 'Wait for the first try. A worker makes it: `lastgood worker`; `lastgood up` has one inside.',
  },
};

/** What an operator does about a trouble with one part of the checklist. */
export function advice(item: CheckedItem, found: Trouble): string {
  return OWN[item]?.[found] ?? GENERAL[found];
}
