import Table from 'cli-table3';
import type { Shell } from './shell.js';

/** Where a command's result goes: a document for programs with `--json`, else text for people. */
export class Output {
  constructor(
    private readonly shell: Shell,
    readonly json: boolean,
  ) {}

  /** The one result of a command. The text is only made when a person reads it. */
  result(document: unknown, text: () => string): void {
    this.shell.out(this.json ? JSON.stringify(document, null, 2) : text());
  }

  /** Something good to know beside the result; silent with `--json`. */
  note(text: string): void {
    if (!this.json) this.shell.err(text);
  }
}

const BARE = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
    .map((place) => [place, '']),
);
const STYLE = { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true };
const make = (head: string[]) => new Table({ head, chars: { ...BARE, middle: '   ' }, style: STYLE });
const trimmed = (drawn: { toString(): string }): string => drawn.toString().replace(/[ \t]+$/gm, '');

/** Rows under headings, columns aligned, no lines drawn. */
export function table(shell: Pick<Shell, 'paint'>, head: string[], rows: string[][]): string {
  const drawn = make(head.map((title) => shell.paint.dim(title)));
  drawn.push(...rows);
  return trimmed(drawn);
}

/** Names and values, one a line; a value of several lines stays in its column. Empty values are left out. */
export function fields(shell: Pick<Shell, 'paint'>, pairs: [string, string][]): string {
  const drawn = make([]);
  drawn.push(...pairs.filter(([, value]) => value !== '').map(([name, value]) => [shell.paint.dim(name), value]));
  return trimmed(drawn);
}
