import { BlockList } from 'node:net';
import { parseNetwork } from '../../domain/network.js';

/** Addresses that are no public host's, by what they are. From IANA's special-purpose address registries. */
const SPECIAL: Readonly<Record<string, readonly string[]>> = {
  'a loopback address': ['127.0.0.0/8', '::1/128'],
  'a link-local address': ['169.254.0.0/16', 'fe80::/10'],
  'a private address': ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10'],
  'a shared (CGNAT) address': ['100.64.0.0/10'],
  'a multicast address': ['224.0.0.0/4', 'ff00::/8'],
  'an unspecified address': ['0.0.0.0/8', '::/128'],
  'a reserved address': [
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.88.99.0/24',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '240.0.0.0/4',
    // Inside 2000::/3, yet not a host's: protocol assignments (Teredo, ORCHID), documentation, and 6to4, which would
    // carry an IPv4 address past the check.
    '2001::/23',
    '2001:db8::/32',
    '2002::/16',
    '3fff::/20',
  ],
};

/**
 * Where clouds hand out a machine's own credentials. Most lie in the ranges above; these are named so that they stay
 * refused when somebody allows a whole private network around them.
 */
const METADATA = [
  '169.254.169.254/32',
  '169.254.170.2/32',
  '169.254.170.23/32',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  'fd00:ec2::254/128',
  'fd00:ec2::23/128',
  'fd20:ce::254/128',
  'fd00:c1::a9fe:a9fe/128',
  'fe80::a9fe:a9fe/128',
  'fd00:42::42/128',
];

/** Networks as a list that addresses can be checked against. Throws a TypeError for what is not a network. */
export function networkList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of networks) {
    const network = parseNetwork(text);
    if (network === null) throw new TypeError(`not a network: ${JSON.stringify(text)}`);
    list.addSubnet(network.address, network.bits, network.family);
  }
  return list;
}

const metadata = networkList(METADATA);
const globalUnicast = networkList(['2000::/3']);
const special = Object.entries(SPECIAL).map(([what, networks]) => ({ what, list: networkList(networks) }));

/** Whether a cloud's metadata service answers at this address. */
export function isMetadata(address: string, family: 'ipv4' | 'ipv6'): boolean {
  return metadata.check(address, family);
}

/** What an address is that is no public host's ("a loopback address"), or null for a public one. */
export function specialKind(address: string, family: 'ipv4' | 'ipv6'): string | null {
  const found = special.find(({ list }) => list.check(address, family));
  if (found) return found.what;
  // All public IPv6 hosts lie here (RFC 4291, section 2.4); what IANA has not given out yet is nobody's.
  return family === 'ipv6' && !globalUnicast.check(address, family) ? 'a reserved address' : null;
}
