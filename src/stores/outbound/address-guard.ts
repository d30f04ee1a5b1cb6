import { isIP, type BlockList } from 'node:net';
import { isMetadata, networkList, specialKind } from './special-addresses.js';

/** Decides which IP addresses may be connected to: public ones, and those of the private networks that were allowed. */
export class AddressGuard {
  readonly #allowed: BlockList;

  /** Throws a TypeError for what is not a network in CIDR notation. */
  constructor(allowedNetworks: readonly string[]) {
    this.#allowed = networkList(allowedNetworks);
  }

  /** Why there will be no connection to this address, as a sentence, or null when there may be one. */
  problem(address: string, protocol: string): string | null {
    const judged = judgedAddress(address);
    if (judged === null) return `${address} is not an address that can be checked`;
    const { text, family } = judged;
    if (isMetadata(text, family)) return `${address} belongs to a cloud's metadata service`;
    if (this.#allowed.check(text, family)) return null;
    const kind = specialKind(text, family);
    if (kind !== null) return `${address} is ${kind}, outside the allowed networks (LASTGOOD_ALLOWED_NETWORKS)`;
    return protocol === 'https:'
      ? null
      : `${address} is public, and without TLS only the networks of LASTGOOD_ALLOWED_NETWORKS are asked`;
  }
}

interface Judged {
  readonly text: string;
  readonly family: 'ipv4' | 'ipv6';
}

/**
 * The address that counts: an IPv6 address that stands for an IPv4 one (mapped, RFC 4291; NAT64, RFC 6052) leads to
 * that one. Null for what is no plain address: a zone (`fe80::1%eth0`) would hide what stands before it.
 */
function judgedAddress(address: string): Judged | null {
  const version = isIP(address);
  if (version === 0 || address.includes('%')) return null;
  if (version === 4) return { text: address, family: 'ipv4' };
  const groups = groupsOf(address);
  const front = groups.slice(0, 6).join(':');
  if (front === '0:0:0:0:0:ffff' || front === '64:ff9b:0:0:0:0') {
    const [high = 0, low = 0] = groups.slice(6).map((group) => Number.parseInt(group, 16));
    return { text: [high >> 8, high & 255, low >> 8, low & 255].join('.'), family: 'ipv4' };
  }
  return { text: groups.join(':'), family: 'ipv6' };
}

// The URL parser knows every way to write an IPv6 address and gives back the shortest (WHATWG URL, IPv6 serializer).
function groupsOf(address: string): string[] {
  const [front = '', back] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const split = (part: string): string[] => (part === '' ? [] : part.split(':'));
  if (back === undefined) return split(front);
  const zeros = Array.from({ length: 8 - split(front).length - split(back).length }, () => '0');
  return [...split(front), ...zeros, ...split(back)];
}
