import type { ModelView } from '../../contract/views.js';
import type { ModelEntity } from './model.entity.js';
import type { AliasPointer } from './model.repository.js';

/** A model as the API shows it, with those of `pointers` that are its own. */
export function modelView(model: ModelEntity, pointers: AliasPointer[]): ModelView {
  return {
    model: model.name,
    description: model.description,
    labels: model.labels,
    latestVersion: model.nextVersion > 1 ? model.nextVersion - 1 : null,
    aliases: pointers.filter((p) => p.modelId === model.id).map(({ alias, version }) => ({ alias, version })),
    createdAt: model.createdAt.toISOString(),
    createdBy: model.createdBy,
  };
}
