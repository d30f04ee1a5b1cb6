import { resolve } from 'node:path';
import convict from 'convict';
import type { ConfigProblem } from './config-error.js';
import { ConfigError } from './config-error.js';
import { crossChecks } from './cross-checks.js';
import { misfit } from './formats.js';
import { shown } from './hide-secrets.js';
import { readS3Stores, type S3StoresFile } from './s3-stores-file.js';
import type { ConfiguredS3Store } from './s3-store-entry.js';
import type { ListedSetting } from './setting-list.js';
import { settingList, valueOf } from './setting-list.js';
import type { Settings } from './settings.js';
import { schema } from './settings.js';
import { ownVariables } from './own-variables.js';
import { unknownVariables } from './unknown-variables.js';

export type Source = 'default' | 'env' | 'flag';

/** The settings in force, where each came from, and what looked like a mistake without being one. */
export interface Config extends Settings {
  /** By the key of the setting. */
  readonly sources: Readonly<Record<string, Source>>;
  readonly warnings: readonly string[];
  /** What the file of further S3 stores says, credentials and all. */
  readonly s3Stores: readonly ConfiguredS3Store[];
  /** The variables that this process itself reads, as patterns. No secret reference is looked up in them. */
  readonly ownVariables: readonly string[];
}

export interface ConfigInput {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As a command-line parser hands them over: by the key of the setting or by the flag's own name (`data`). */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** What a relative data folder is relative to. */
  readonly cwd?: string;
}

const camelCase = (flag: string): string =>
  flag.replace(/^--/, '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

function flagValue({ key, flag }: ListedSetting, flags: Readonly<Record<string, unknown>>): unknown {
  return flag === undefined ? undefined : (flags[key] ?? flags[camelCase(flag)]);
}

function problem(setting: ListedSetting, source: Source, value: unknown, text: string): ConfigProblem {
  const from = source === 'flag' && setting.flag !== undefined ? setting.flag : setting.env;
  return { key: setting.key, from, value: shown(value, setting.sensitive === true), text };
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}

function furtherS3Stores({ s3StoresFile: file, s3 }: Settings, env: ConfigInput['env'], cwd: string): S3StoresFile {
  return file === '' ? { stores: [], problems: [], variables: [] } : readS3Stores(resolve(cwd, file), s3.bucket, env);
}

/**
 * Builds the configuration: flags over environment over defaults. An environment variable that is set but empty counts
 * as not set, because compose files cannot leave a variable out.
 *
 * @throws ConfigError with every setting that cannot be used.
 */
export function loadConfig({ env, flags = {}, cwd = process.cwd() }: ConfigInput): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const loaded = convict<Settings>(schema, { env: given, args: [] });
  const sources: Record<string, Source> = {};
  for (const setting of settingList) {
    const flag = flagValue(setting, flags);
    sources[setting.key] = given[setting.env] === undefined ? 'default' : 'env';
    if (flag === undefined) continue;
    loaded.set(setting.key, typeof flag === 'string' ? flag : JSON.stringify(flag));
    sources[setting.key] = 'flag';
  }
  const settings = loaded.getProperties();
  const source = (key: string): Source => sources[key] ?? 'default';

  const problems = settingList.flatMap((setting) => {
    const value = valueOf(settings, setting.key);
    const takes = misfit(setting.format, value, setting);
    return takes === undefined ? [] : [problem(setting, source(setting.key), value, `it takes ${takes}`)];
  });
  const more = furtherS3Stores(settings, given, cwd);
  const own = ownVariables(more.variables);
  const findings = [...crossChecks(settings, own), ...more.problems.map((text) => ({ key: 's3StoresFile', text }))];
  const misfits = new Set(problems.map(({ key }) => key));
  for (const { key, text } of findings) {
    const setting = settingList.find((one) => one.key === key);
    if (setting && !misfits.has(key)) problems.push(problem(setting, source(key), valueOf(settings, key), text));
  }
  if (problems.length > 0) throw new ConfigError(problems);

  return deepFreeze({
    ...settings,
    dataDir: resolve(cwd, settings.dataDir),
    fileRoots: settings.fileRoots.map((folder) => resolve(folder)),
    sources,
    warnings: unknownVariables(env, more.variables),
    s3Stores: more.stores,
    ownVariables: own,
  });
}
