import { stripVTControlCharacters } from 'node:util';

// A column of short words reads badly when each of them stands in a line of its own.
const NARROW = 16;

/** How many characters wide a text is that may have colours and several lines. */
export function widthOf(text: string): number {
  return Math.max(...stripVTControlCharacters(text).split('\n').map(lengthOf));
}

/** How wide a column must be at least for a text: no word of it is broken, and a short one is not wrapped at all. */
export function leastWidth(text: string): number {
  const words = stripVTControlCharacters(text).split(/\s+/).map(lengthOf);
  return Math.max(Math.min(NARROW, widthOf(text)), ...words);
}

/**
 * Widths that fit into `room` together, the widest columns giving way first and none becoming narrower than its least;
 * null where there are none. An empty list says that every column has the width that it wants.
 */
export function fitWidths(natural: readonly number[], least: readonly number[], room: number): number[] | null {
  const sum = (widths: readonly number[]): number => widths.reduce((total, width) => total + width, 0);
  if (sum(natural) <= room) return [];
  if (sum(least) > room) return null;
  const widths = [...natural];
  while (sum(widths) > room) {
    const givers = widths.map((width, at) => (width > (least[at] ?? 0) ? width : 0));
    const widest = givers.indexOf(Math.max(...givers));
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

const lengthOf = (text: string): number => text.length;
