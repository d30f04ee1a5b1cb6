import { stripVTControlCharacters } from 'node:util';

/** How many lines of a terminal a text takes, where a line that is too long goes on in the next. */
export function heightOf(text: string, columns: number | null): number {
  const width = columns ?? Infinity;
  const linesOf = (line: string): number => Math.max(1, Math.ceil(stripVTControlCharacters(line).length / width));
  return text.split('\n').reduce((sum, line) => sum + linesOf(line), 0);
}

/** The line, or as much of it as fits, without its colours where it has to be cut. */
export function cutToWidth(line: string, columns: number | null): string {
  const plain = stripVTControlCharacters(line);
  return columns === null || plain.length <= columns ? line : `${plain.slice(0, columns - 1)}…`;
}
