import { assert, constantFrom, integer, ipV4, ipV6, pre, property, tuple } from 'fast-check';
import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { parseHostPattern } from '../../src/domain/host-pattern.js';
import { parseNetwork } from '../../src/domain/network.js';
import { AddressGuard } from '../../src/stores/outbound/address-guard.js';
import { AllowedHosts } from '../../src/stores/outbound/allowed-hosts.js';

const closed = new AddressGuard([]);
const problem = (address: string): string | null => closed.problem(address, 'https:');

describe('an address', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.0.1', 'private'],
    ['fd12:3456::1', 'private'],
    ['fc00::1', 'private'],
    ['100.64.0.1', 'CGNAT'],
    ['100.127.255.255', 'CGNAT'],
    ['169.254.1.1', 'link-local'],
    ['fe80::1', 'link-local'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['192.0.2.1', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['2001::1', 'reserved'],
    ['2002:7f00:1::', 'reserved'],
    ['64:ff9b:1::1', 'reserved'],
    ['::7f00:1', 'reserved'],
    ['169.254.169.254', 'metadata'],
    ['100.100.100.200', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['::ffff:169.254.169.254', 'metadata'],
    ['::ffff:a9fe:a9fe', 'metadata'],
    ['0:0:0:0:0:ffff:127.0.0.1', 'loopback'],
    ['64:ff9b::7f00:1', 'loopback'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['fe80::1%eth0', 'can be checked'],
    ['2606:4700::1111%eth0', 'can be checked'],
    ['0177.0.0.1', 'can be checked'],
    ['2130706433', 'can be checked'],
    ['', 'can be checked'],
  ])('%s is not asked', (address, kind) => {
    expect(problem(address)).toContain(kind);
  });

  it.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '64:ff9b::808:808', '::ffff:8.8.8.8'])(
    '%s is asked, but only with TLS',
    (address) => {
      expect(problem(address)).toBeNull();
      expect(closed.problem(address, 'http:')).toContain('without TLS');
    },
  );

  it('is judged the same however an IPv4 address is dressed up as an IPv6 one', () => {
    const dress = constantFrom('::ffff:', '0:0:0:0:0:FFFF:', '64:ff9b::', '0064:FF9B:0:0:0:0:');
    assert(
      property(ipV4(), dress, (plain, prefix) => {
        const hex = plain.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
        const groups = `${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`;
        const verdicts = [plain, prefix + plain, prefix + groups].map((address) => problem(address) === null);
        expect(new Set(verdicts).size, `${plain} as ${prefix}${groups}`).toBe(1);
      }),
    );
  });

  it('outside 2000::/3 is never asked, unless it stands for an IPv4 address', () => {
    assert(
      property(ipV6(), (address) => {
        pre(isIP(address) === 6);
        const [, first = '0'] = /^\[([0-9a-f]*):/.exec(new URL(`http://[${address}]`).hostname) ?? [];
        const high = Number.parseInt(first === '' ? '0' : first, 16);
        pre(high >> 13 !== 1 && high !== 0x64 && high !== 0);
        expect(problem(address)).not.toBeNull();
      }),
    );
  });

  it('of an allowed network is asked, except that of a metadata service', () => {
    const guard = new AddressGuard(['10.0.0.0/8', '169.254.0.0/16', 'fd00::/8', 'fe80::/10']);
    for (const address of ['10.255.0.1', 'fd00::1', '::ffff:10.0.0.1', '169.254.1.1']) {
      expect(guard.problem(address, 'http:')).toBeNull();
    }
    for (const address of ['11.0.0.1', '192.168.0.1', 'fc00::1'])
      expect(guard.problem(address, 'http:')).not.toBeNull();
    const metadata = [
      '169.254.169.254',
      '::ffff:169.254.169.254',
      'fd00:ec2::254',
      'fd00:c1::a9fe:a9fe',
      'fe80::a9fe:a9fe',
    ];
    for (const address of [...metadata, '64:ff9b::169.254.169.254', 'fd00:42::42']) {
      expect(guard.problem(address, 'https:')).toContain('metadata');
    }
  });

  it.each(['10.0.0.0', '10.0.0.0/33', '10.0/8', 'fd00::/129', 'host/8', '', '10.0.0.0/-1', 'fe80::1%eth0/64'])(
    'cannot be allowed by the network %j, which is none',
    (text) => {
      expect(parseNetwork(text)).toBeNull();
      expect(() => new AddressGuard([text])).toThrow(TypeError);
    },
  );
});

describe('a list of allowed hosts', () => {
  const allowed = (written: string, url: string): boolean =>
    new AllowedHosts([written], 'A_SETTING').problem(new URL(url)) === null;

  it.each([
    ['models.example', 'https://models.example/a', true],
    ['Models.Example', 'https://MODELS.example:443/a', true],
    ['models.example', 'https://models.example:8443/a', false],
    ['models.example', 'http://models.example/a', false],
    ['models.example', 'http://models.example:443/a', false],
    ['models.example', 'https://evil-models.example/a', false],
    ['models.example', 'https://models.example.evil/a', false],
    ['models.example', 'https://a.models.example/a', false],
    ['models.example', 'https://models.example./a', false],
    ['models.example', 'https://user@models.example/a', false],
    ['models.example', 'https://models.example@evil.example/a', false],
    ['models.example', 'ftp://models.example/a', false],
    ['models.example:8443', 'https://models.example:8443/a', true],
    ['models.example:8443', 'https://models.example/a', false],
    ['*.models.example', 'https://a.models.example/a', true],
    ['*.models.example', 'https://a.b.models.example/a', true],
    ['*.models.example', 'https://models.example/a', false],
    ['*.models.example', 'https://amodels.example/a', false],
    ['*.models.example:81', 'https://a.models.example:81/', true],
    ['http://10.0.0.7', 'http://10.0.0.7/a', true],
    ['http://10.0.0.7', 'https://10.0.0.7/a', false],
    ['http://10.0.0.7:5000', 'http://10.0.0.7:5000/a', true],
    ['127.0.0.1', 'https://2130706433/a', true],
    ['8.8.8.8', 'https://0x08080808/a', true],
    ['[::1]:5000', 'https://[0:0::1]:5000/a', true],
    ['münchen.example', 'https://xn--mnchen-3ya.example/a', true],
  ])('of %s and the URL %s: %s', (written, url, expected) => {
    expect(allowed(written, url)).toBe(expected);
  });

  it.each([
    '',
    '*',
    '*.',
    '.example',
    'a b',
    'a/b',
    'user@host',
    'host:0',
    'host:65536',
    'host:port',
    'ftp://host',
    'https://host/path',
    'a*.example',
    '*.*.example',
    '*.10.0.0.1',
    '0x7f.1',
    '127.1',
    '2130706433',
    'host?',
    'host.',
  ])('cannot hold %j', (text) => {
    expect(parseHostPattern(text)).toBeNull();
    expect(() => new AllowedHosts([text], 'A_SETTING')).toThrow(TypeError);
  });

  it('says which host it misses and which it has, and never a path, a query or a password', () => {
    const hosts = new AllowedHosts(['models.example', '*.weights.example:8443'], 'A_SETTING');
    const url = new URL('https://other.example/path?signature=secret');
    expect(hosts.problem(url)).toBe(
      'other.example is not among the allowed hosts: models.example, *.weights.example:8443; where it is to be asked, ' +
        'add it to A_SETTING',
    );
    expect(hosts.problem(new URL('https://user:secret@models.example/'))).not.toContain('secret');
  });

  it('means one port each, whatever the port', () => {
    assert(
      property(tuple(integer({ min: 1, max: 65_535 }), integer({ min: 1, max: 65_535 })), ([has, asks]) => {
        expect(allowed(`models.example:${has}`, `https://models.example:${asks}/`)).toBe(has === asks);
      }),
    );
  });
});
