import { isIPv4, isIPv6 } from 'node:net';

/** A network in CIDR notation (RFC 4632, RFC 4291): an address and how many of its leading bits count. */
export interface Network {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** `10.0.0.0/8` or `fd00::/8` as a network; null for anything else, also for an address without its bits. */
export function parseNetwork(text: string): Network | null {
  const [, address = '', digits = ''] = /^([0-9a-f:.]+)\/(\d{1,3})$/i.exec(text.trim()) ?? [];
  const bits = Number(digits);
  if (isIPv4(address)) return bits <= 32 ? { address, bits, family: 'ipv4' } : null;
  return isIPv6(address) && bits <= 128 ? { address, bits, family: 'ipv6' } : null;
}
