export { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';
export { EmbeddedPostgresError } from './errors.js';
export type { EmbeddedPostgresLog, EmbeddedPostgresOptions } from './options.js';
