export { ProtectedVersions } from './protected-versions.repository.js';
export type { PointedVersion, ProtectedVersion } from './protected-versions.repository.js';
export { POINTED_VERSIONS_SQL, protectedVersionsSql } from './protected-versions.sql.js';
export { ProtectionModule } from './protection.module.js';
export { Retention } from './retention.js';
