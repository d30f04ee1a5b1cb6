import { Injectable } from '@nestjs/common';
import type { Artifact } from '../../domain/version-record.js';
import type { CheckState } from '../../contract/views.js';
import { defineJob, JobHandlers, type JobContext } from '../../platform/queue/index.js';
import { ArtifactStores } from '../artifacts/index.js';
import type { CheckEntity } from './check.entity.js';
import { CheckRepository } from './check.repository.js';

/** Asks whether everything that a version needs is still where it was. Runs after a registration and after each move. */
export const CHECK_VERSION = defineJob<{ modelId: number; version: number }>('version.check');

const AT_ONCE = 8;

/**
 * Looks at each artifact of a version and records what it saw. Running twice records two looks, and both are true.
 * Of a prefix it sees the names and sizes of the files below, and compares their sum; it reads no bytes.
 */
@Injectable()
export class CheckVersion {
  constructor(
    private readonly checks: CheckRepository,
    private readonly stores: ArtifactStores,
    handlers: JobHandlers,
  ) {
    handlers.handle(CHECK_VERSION, (data, context) => this.execute(data, context));
  }

  async execute({ modelId, version }: { modelId: number; version: number }, { signal }: JobContext): Promise<void> {
    const artifacts = (await this.checks.artifactsOf(modelId, version)) ?? [];
    for (let next = 0; next < artifacts.length; next += AT_ONCE) {
      signal.throwIfAborted();
      const batch = artifacts.slice(next, next + AT_ONCE);
      const seen = await Promise.all(batch.map((artifact) => this.look(artifact, signal)));
      await this.checks.add(seen.map((look) => ({ ...look, modelId, version })));
    }
  }

  private async look(
    artifact: Artifact,
    signal: AbortSignal,
  ): Promise<Omit<CheckEntity, 'id' | 'modelId' | 'version'>> {
    const observedAt = new Date();
    const began = performance.now();
    const found = await this.observe(artifact, signal);
    return { subject: artifact.uri, ...found, durationMs: Math.round(performance.now() - began), observedAt };
  }

  private async observe(
    artifact: Artifact,
    signal: AbortSignal,
  ): Promise<{ state: CheckState; evidence: Record<string, unknown> }> {
    const seen = await this.stores.stat(artifact.uri, signal);
    if (!('state' in seen)) return { state: 'unsupported', evidence: { code: seen.code, said: seen.text } };
    if (seen.state !== 'present') return { state: seen.state, evidence: { said: seen.evidence } };
    const { size, objects, digest } = seen;
    const evidence = {
      size,
      ...(objects === undefined ? {} : { objects }),
      ...(digest === undefined ? {} : { digest }),
      expected: { size: artifact.size, digest: artifact.digest },
    };
    const same = size === artifact.size && (digest === undefined || digest === artifact.digest);
    return { state: same ? 'present' : 'changed', evidence };
  }
}
