import Table from 'cli-table3';
import type { Shell } from './shell.js';
import { fitWidths, leastWidth, widthOf } from './table-widths.js';

type Look = Pick<Shell, 'paint' | 'columns'>;

const BARE = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
    .map((place) => [place, '']),
);
const GAP = '   ';
const STYLE = { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true };
const trimmed = (drawn: { toString(): string }): string => drawn.toString().replace(/[ \t]+$/gm, '');

/**
 * Rows under headings, columns aligned, no lines drawn. Where a terminal is too narrow, wide columns are wrapped between
 * words; where even that would break words, each row becomes a paragraph of names and values.
 */
export function table(shell: Look, head: string[], rows: string[][]): string {
  const columns = head.map((title, at) => [title, ...rows.map((row) => row[at] ?? '')]);
  const widths = fitting(shell, columns);
  if (widths === null) return rows.map((row) => fields(shell, pairsOf(head, row))).join('\n\n');
  return draw(
    widths,
    head.map((title) => shell.paint.dim(title)),
    rows,
  );
}

/** Names and values, one a line; a value of several lines stays in its column. Empty values are left out. */
export function fields(shell: Look, pairs: [string, string][]): string {
  const told = pairs.filter(([, value]) => value !== '');
  const names = told.map(([name]) => name);
  const widths = fitting(shell, [names, ['', ...told.map(([, value]) => value)]]) ?? [];
  return draw(
    widths,
    [],
    told.map(([name, value]) => [shell.paint.dim(name), value]),
  );
}

// Headings stand in one line, so that they can be told from what is below them.
function fitting({ columns: room }: Look, columns: string[][]): number[] | null {
  if (room === null) return [];
  const natural = columns.map((cells) => Math.max(0, ...cells.map((cell) => widthOf(cell))));
  const least = columns.map((cells) => Math.max(widthOf(cells[0] ?? ''), ...cells.map((cell) => leastWidth(cell))));
  return fitWidths(natural, least, room - GAP.length * (columns.length - 1));
}

function pairsOf(head: string[], row: string[]): [string, string][] {
  return head.map((title, at) => [title.trim(), row[at] ?? '']);
}

function draw(colWidths: number[], head: string[], rows: string[][]): string {
  const wrapped = { colWidths, wordWrap: colWidths.length > 0 };
  const drawn = new Table({ head, chars: { ...BARE, middle: GAP }, style: STYLE, ...wrapped });
  drawn.push(...rows);
  return trimmed(drawn);
}
