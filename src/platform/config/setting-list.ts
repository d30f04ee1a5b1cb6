import type { Setting } from './setting.js';
import type { Settings } from './settings.js';
import { schema } from './settings.js';

/** A setting with its key as users see it: `port`, `s3.bucket`. */
export interface ListedSetting extends Setting<unknown> {
  readonly key: string;
}

type Group = Readonly<Record<string, Setting<unknown>>>;

const isSetting = (part: Setting<unknown> | Group): part is Setting<unknown> => typeof part.doc === 'string';

/** The settings of the schema as one flat list, in the order they are documented. */
export const settingList: readonly ListedSetting[] = Object.entries<Setting<unknown> | Group>(schema).flatMap(
  ([key, part]) =>
    isSetting(part)
      ? [{ ...part, key }]
      : Object.entries(part).map(([name, setting]) => ({ ...setting, key: `${key}.${name}` })),
);

/** The value of one setting by its key; undefined for a key that is no setting. */
export function valueOf(settings: Settings, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>(
      (part, name) => (typeof part === 'object' && part !== null ? Reflect.get(part, name) : undefined),
      settings,
    );
}
