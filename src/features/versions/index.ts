export { VersionEntity } from './version.entity.js';
export { VersionRepository, type RecordedConfig } from './version.repository.js';
export { VersionsModule } from './versions.module.js';
