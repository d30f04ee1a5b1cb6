import { shown } from './hide-secrets.js';
import type { Config, Source } from './load-config.js';
import { settingList, valueOf } from './setting-list.js';

/** One setting as `lastgood config` shows it; secrets and the passwords of URLs are hidden in `value`. */
export interface EffectiveSetting {
  readonly key: string;
  readonly value: string;
  readonly source: Source;
  readonly env: string;
  readonly flag: string;
  readonly doc: string;
  readonly default: string;
  readonly secret: boolean;
}

/** Every setting in force and where it came from, safe to print. */
export function effectiveConfig(config: Config): EffectiveSetting[] {
  return settingList.map((setting) => ({
    key: setting.key,
    value: shown(valueOf(config, setting.key), setting.sensitive === true),
    source: config.sources[setting.key] ?? 'default',
    env: setting.env,
    flag: setting.flag ?? '',
    doc: setting.doc,
    default: shown(setting.default, false),
    secret: setting.sensitive === true,
  }));
}
