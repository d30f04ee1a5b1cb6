import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../examples/voice-activity/demo/options.js';

describe('the options of the quickstart', () => {
  it('keep everything in one folder of the checkout by default, on ports of its own choice', () => {
    const { data, port, serverPort, once, stop } = readOptions([]);
    expect(data).toMatch(/\/\.lastgood\/quickstart$/);
    expect([port, serverPort, once, stop]).toEqual([null, null, false, false]);
  });

  it('are read from flags', () => {
    const options = readOptions(['--once', '--data', '/tmp/demo', '--port', '7001', '--server-port', '7002']);
    expect(options).toMatchObject({ once: true, data: '/tmp/demo', port: 7001, serverPort: 7002 });
  });

  it.each([['0'], ['65536'], ['http'], ['-1']])('refuse the port %s by its flag', (port) => {
    expect(() => readOptions([`--port=${port}`])).toThrow(`--port is "${port}"; it must be a port from 1 to 65535`);
  });

  it('refuse a flag that does not exist', () => {
    expect(() => readOptions(['--twice'])).toThrow("Unknown option '--twice'");
  });
});
