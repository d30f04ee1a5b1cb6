import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import type { AddressGuard } from './address-guard.js';
import { OutboundError } from './outbound-error.js';

/** One IP address, `family` being 4 or 6. */
export interface Address {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a host name. Rejects with an error that has a `code` when there are none. */
export type Resolve = (hostname: string) => Promise<readonly Address[]>;

/** As the machine itself resolves names: DNS, and whatever else its administrator set up. */
export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true, verbatim: true });

/**
 * The lookup that connections use: what it answers has been checked and is what gets connected to, so a name that
 * resolves differently the next moment (DNS rebinding) gains nothing. Addresses that may not be asked are left out;
 * when none remains, it fails with `not-allowed`. It answers all addresses, as connections with `autoSelectFamily` ask.
 */
export function checkedLookup(resolve: Resolve, guard: AddressGuard, protocol: string): LookupFunction {
  return callbackify((hostname: string, _options: object) => checkedAddresses(resolve, guard, hostname, protocol));
}

async function checkedAddresses(
  resolve: Resolve,
  guard: AddressGuard,
  hostname: string,
  protocol: string,
): Promise<Address[]> {
  const found = await resolve(hostname);
  const problems = found.map(({ address }) => guard.problem(address, protocol));
  const allowed = found.filter(({ address }, at) => problems[at] === null && isIP(address) !== 0);
  if (allowed.length > 0) return allowed;
  const why = problems.find((problem) => problem !== null) ?? 'it has no address';
  throw new OutboundError('not-allowed', `${hostname} is not asked: ${why}`);
}

/** Why a URL that names an address instead of a host is not asked, or null. Connections look up names only. */
export function literalProblem(guard: AddressGuard, url: URL): string | null {
  const bare = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) === 0 ? null : guard.problem(bare, url.protocol);
}
