import type { ModelResidencyView, ResidencyView } from '../client/index.js';
import { gridOf, prepullText, reasonsOf, summaryOf } from './prepull-text.js';
import type { Shell } from './shell.js';
import { cutToWidth, heightOf } from './screen-lines.js';

type Screen = Pick<Shell, 'paint' | 'columns' | 'rows'>;

/**
 * What the terminal has room for: all of it, or first the counts, then the nodes that lack something, those that failed
 * before the others and with why, and how many nodes are left out. So a screen that is drawn anew never scrolls.
 */
export function prepullScreen(screen: Screen, view: ModelResidencyView): string {
  const whole = prepullText(screen, view);
  const { rows, columns } = screen;
  // The line after the last one is where the cursor stands.
  const room = rows === null ? Infinity : Math.max(1, rows - 1);
  if (heightOf(whole, columns) <= room) return whole;
  const nodes = worstFirst(view.items);
  for (let shown = Math.min(nodes.length, room); shown > 0; shown -= 1) {
    const text = shortened(screen, view, nodes, shown);
    if (heightOf(text, columns) <= room) return text;
  }
  return summaryOf(screen, view)
    .slice(0, room)
    .map((line) => cutToWidth(line, columns))
    .join('\n');
}

function shortened(screen: Screen, view: ModelResidencyView, nodes: readonly string[], count: number): string {
  const shown = new Set(nodes.slice(0, count));
  const items = view.items.filter(({ node }) => shown.has(node));
  const failed = reasonsOf(items.filter(({ state }) => state === 'failed'));
  const left = nodes.length - count;
  const more = left === 0 ? [] : [`… and ${left} more ${left === 1 ? 'node' : 'nodes'}, ${ofThem(view.items, shown)}`];
  const cut = (lines: readonly string[]): string[] => lines.map((line) => cutToWidth(line, screen.columns));
  const grid = gridOf(screen, view.versions, items, [...shown]);
  const parts = [cut(summaryOf(screen, view)).join('\n'), [grid, ...cut(more)].join('\n'), cut(failed).join('\n')];
  return parts.filter((part) => part !== '').join('\n\n');
}

function ofThem(items: readonly ResidencyView[], shown: ReadonlySet<string>): string {
  const lacking = new Set(items.filter(({ node, state }) => state !== 'resident' && !shown.has(node)).map(nodeOf));
  return lacking.size === 0 ? 'which lack nothing' : `${lacking.size} of them with something missing`;
}

const nodeOf = ({ node }: ResidencyView): string => node;

function worstFirst(items: readonly ResidencyView[]): string[] {
  const ranks = new Map<string, number>();
  for (const { node, state } of items) {
    const rank = state === 'failed' ? 0 : state === 'resident' ? 3 : state === 'pending' ? 2 : 1;
    ranks.set(node, Math.min(rank, ranks.get(node) ?? rank));
  }
  return [...ranks].toSorted(([a, x], [b, y]) => x - y || (a < b ? -1 : 1)).map(([node]) => node);
}
