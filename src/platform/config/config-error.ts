/** One setting that cannot be used. */
export interface ConfigProblem {
  readonly key: string;
  /** The environment variable or flag it came from, or would come from. */
  readonly from: string;
  /** The value given, secrets hidden. */
  readonly value: string;
  /** What is wrong and what would be right. */
  readonly text: string;
}

const line = ({ key, from, value, text }: ConfigProblem): string =>
  `  ${key} (${from})${value === '' ? '' : ` is "${value}"`}: ${text}`;

/** The configuration cannot be used. Holds every problem, so that one start shows all there is to fix. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly ConfigProblem[]) {
    super([`The configuration cannot be used:`, ...problems.map(line)].join('\n'));
    this.name = 'ConfigError';
  }
}
