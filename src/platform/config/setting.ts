import type { FormatName, FormatOptions } from './formats.js';

/** One setting as convict takes it, with the flag beside it. `env` and `flag` are where it can be given. */
export interface Setting<T> extends FormatOptions {
  readonly doc: string;
  readonly format: FormatName;
  readonly default: T;
  readonly env: string;
  readonly flag?: string;
  readonly sensitive?: boolean;
}

/** A setting for each value of some settings, groups within groups. */
export type Schema<T> = {
  readonly [K in keyof T]: T[K] extends string | number | boolean | readonly string[] ? Setting<T[K]> : Schema<T[K]>;
};
