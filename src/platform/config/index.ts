export { ConfigError, type ConfigProblem } from './config-error.js';
export { configurationPage, configurationTable } from './configuration-page.js';
export { effectiveConfig, type EffectiveSetting } from './effective-config.js';
export { parseHostCredentials, type ConfiguredCredentials } from './host-credentials.js';
export { loadConfig, type Config, type ConfigInput, type Source } from './load-config.js';
export type { ConfiguredS3Store } from './s3-store-entry.js';
export { settingList, type ListedSetting } from './setting-list.js';
export type { LogLevel, Settings } from './settings.js';
export type { StoreKind } from './store-settings.js';
