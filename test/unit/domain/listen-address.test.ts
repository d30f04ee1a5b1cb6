import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseListenAddress } from '../../../src/domain/listen-address.js';

describe('an address to listen on', () => {
  it.each([
    ['7421', { host: '127.0.0.1', port: 7421 }],
    ['0.0.0.0:7421', { host: '0.0.0.0', port: 7421 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::]:7421', { host: '::', port: 7421 }],
    [' 10.0.0.7:80 ', { host: '10.0.0.7', port: 80 }],
  ])('%j is read as host and port', (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
  });

  it.each([
    '',
    ':',
    ':7421',
    '0.0.0.0',
    '0.0.0.0:',
    '::7421',
    'a b:1',
    '1:65536',
    '7421x',
    '-1',
    'http://a:1',
    'a:1/x',
  ])('%j is none', (text) => {
    expect(parseListenAddress(text)).toBeNull();
  });

  it('keeps any host and any port, and an IPv6 address without its brackets', () => {
    const port = fc.nat(65_535);
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.domain()), port, (host, at) => {
        expect(parseListenAddress(`${host}:${at}`)).toEqual({ host, port: at });
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), port, (host, at) => {
        expect(parseListenAddress(`[${host}]:${at}`)).toEqual({ host, port: at });
      }),
    );
  });

  it('has no port beyond the last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 65_536 }), (port) => {
        expect(parseListenAddress(`0.0.0.0:${port}`)).toBeNull();
      }),
    );
  });
});
