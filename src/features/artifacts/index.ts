export { ArtifactStores } from './artifact-stores.js';
export { ArtifactsModule } from './artifacts.module.js';
