import type { VersionView } from '../../contract/views.js';
import { configDigest } from '../../domain/config-digest.js';
import type { VersionEntity } from './version.entity.js';

/** A version as the API shows it, with those of `pointers` that point at it. */
export function versionView(
  model: string,
  entity: VersionEntity,
  pointers: { version: number; alias: string }[],
): VersionView {
  const { version, digest, artifacts, image, env, serving, source, labels, metrics, createdBy } = entity;
  return {
    model,
    version,
    digest,
    artifacts,
    image,
    env,
    serving,
    configDigest: configDigest(entity),
    source,
    labels,
    metrics,
    aliases: pointers.filter((p) => p.version === version).map((p) => p.alias),
    createdAt: entity.createdAt.toISOString(),
    createdBy,
  };
}
