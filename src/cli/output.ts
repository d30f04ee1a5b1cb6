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
