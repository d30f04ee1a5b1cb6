export { ALIAS_CHANNEL } from './alias-feed.js';
export { recordSql } from './record-sql.js';
export type { OwnChange } from './alias-feed.js';
export { ResolutionModule, type ResolutionOptions } from './resolution.module.js';
export { Resolutions } from './resolutions.js';
export { targetAliasSql } from './target-alias-sql.js';
