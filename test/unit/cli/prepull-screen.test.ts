import { Ansis } from 'ansis';
import { describe, expect, it } from 'vitest';
import { prepullScreen } from '../../../src/cli/prepull-screen.js';
import { prepullText } from '../../../src/cli/prepull-text.js';
import type { ModelResidencyView, ResidencyState } from '../../../src/contract/node-views.js';

const paint = new Ansis(0);
const part = (state: ResidencyState, reason: string | null = null) => {
  return { state, bytesDone: 0, bytesTotal: 10, bytesPerSecond: null, etaSeconds: null, reason };
};

/** Two versions on nodes of which the last failed, the one before fetches, and the others have everything or wait. */
function view(count: number, others: ResidencyState): ModelResidencyView {
  const stateOf = (at: number): ResidencyState => (at === count ? 'failed' : at === count - 1 ? 'downloading' : others);
  const items = Array.from({ length: count }, (_, at) => at + 1).flatMap((at) =>
    [2, 1].map((version) => {
      const state = version === 2 ? 'resident' : stateOf(at);
      const weights = part(state, state === 'failed' ? `the store answered 403 ${'so '.repeat(60)}` : null);
      return { node: `gpu-${at}`, model: 'm', version, state, weights, image: null, updatedAt: '2031-05-01T14:30:00Z' };
    }),
  );
  const counts = { wanted: count, resident: 0, failed: 1, silent: 0 };
  const versions = [
    { version: 2, role: 'live' as const, ...counts },
    { version: 1, role: 'target' as const, ...counts },
  ];
  return { model: 'm', versions, items };
}
const draw = (of: ModelResidencyView, rows: number, columns: number) => prepullScreen({ paint, rows, columns }, of);

describe('the screen of a watched pre-pull', () => {
  it('shows everything where there is room', () => {
    const few = view(4, 'resident');
    expect(draw(few, 24, 120)).toBe(prepullText({ paint, columns: 120 }, few));
    expect(prepullScreen({ paint, rows: null, columns: null }, view(100, 'resident')).split('\n')).toHaveLength(106);
  });

  it('shows first how many there are, what failed and why, what moves, and how much is left out', () => {
    const lines = draw(view(100, 'resident'), 12, 70).split('\n');
    expect(lines.slice(0, 6)).toEqual([
      'v2, live: on 0 of 100 nodes; 1 failed',
      'v1, target: on 0 of 100 nodes; 1 failed',
      '',
      expect.stringMatching(/^NODE +v2 live +v1 target$/),
      expect.stringMatching(/^gpu-100 +resident +failed$/),
      expect.stringMatching(/^gpu-99 +resident +downloading 0 %$/),
    ]);
    expect(lines).toHaveLength(11);
    expect(lines).toContain('… and 96 more nodes, which lack nothing');
    expect(lines.at(-1)).toMatch(/^gpu-100 v1: the store answered 403 .*…$/);
    expect(draw(view(100, 'pending'), 12, 70)).toContain('… and 96 more nodes, 96 of them with something missing');
  });

  it.each([
    [24, 80],
    [10, 40],
    [8, 20],
    [3, 30],
    [1, 10],
  ])('never needs more than %i lines of %i characters', (rows, columns) => {
    for (const count of [1, 7, 23, 100]) {
      for (const others of ['resident', 'pending', 'failed'] as const) {
        const lines = draw(view(count, others), rows, columns).split('\n');
        const drawn = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0);
        expect(drawn).toBeLessThanOrEqual(Math.max(1, rows - 1));
      }
    }
  });
});
