export { ModelEntity } from './model.entity.js';
export { ModelRepository } from './model.repository.js';
export { ModelsModule } from './models.module.js';
