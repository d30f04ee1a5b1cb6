import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tellingWaits } from '../../src/stores/told-waits.js';

describe('the log, told of endpoints that asked to be left alone,', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const lines: { endpoint?: string; times?: number }[] = [];
  const tell = (): ((endpoint: string) => void) => {
    lines.length = 0;
    const told = tellingWaits((fields) => lines.push(fields));
    return (endpoint) => told({ endpoint, until: new Date() });
  };

  it('has a line for each at once, then one in five minutes, which says how often it was', () => {
    const told = tell();
    for (let time = 0; time < 400; time++) {
      told('busy.example');
      if (time === 0) told('other.example');
      vi.advanceTimersByTime(1_000);
    }
    expect(lines).toMatchObject([
      { endpoint: 'busy.example', times: 1 },
      { endpoint: 'other.example', times: 1 },
      { endpoint: 'busy.example', times: 300 },
    ]);
  });

  it('has a line for each of very many, whose names are not kept', () => {
    const told = tell();
    for (let host = 0; host < 10_000; host++) told(`${host}.example`);
    expect(lines).toHaveLength(10_000);
    told('9999.example');
    expect(lines).toHaveLength(10_000);
  });
});
