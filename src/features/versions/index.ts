export { VersionEntity } from './version.entity.js';
export { VersionRepository } from './version.repository.js';
export { VersionsModule } from './versions.module.js';
