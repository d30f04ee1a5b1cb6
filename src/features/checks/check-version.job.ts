import { Injectable } from '@nestjs/common';
import type { CheckKind } from '../../contract/views.js';
import type { Artifact } from '../../domain/version-record.js';
import { defineJob, JobHandlers, type JobContext } from '../../platform/queue/index.js';
import type { AbsentObject } from '../../stores/artifact-store.js';
import type { StoreRefusal } from '../../stores/store-refusal.js';
import { ArtifactStores } from '../artifacts/index.js';
import type { Observation } from './check.entity.js';
import { CheckRepository } from './check.repository.js';
import { EnvNeeds } from './env-needs.js';

/** Asks whether everything that a version needs is still where it was. Runs after a registration and after each move. */
export const CHECK_VERSION = defineJob<{ modelId: number; version: number }>('version.check');

const AT_ONCE = 8;

type Found = Pick<Observation, 'state' | 'evidence'>;

/** One thing to look at: the subject it is recorded under, and how to look. */
interface Need {
  readonly kind: CheckKind;
  readonly subject: string;
  readonly observe: () => Promise<Found>;
}

/**
 * Looks at each artifact of a version, at its container image and at the secrets that its env refers to, and records what it saw. Running twice records two
 * looks, and both are true. Of a prefix it sees the names and sizes of the files below, and compares their sum; of an
 * image its manifest and all its layers. It reads no bytes of either.
 */
@Injectable()
export class CheckVersion {
  constructor(
    private readonly checks: CheckRepository,
    private readonly stores: ArtifactStores,
    private readonly envNeeds: EnvNeeds,
    handlers: JobHandlers,
  ) {
    handlers.handle(CHECK_VERSION, (data, context) => this.execute(data, context));
  }

  async execute({ modelId, version }: { modelId: number; version: number }, { signal }: JobContext): Promise<void> {
    const record = await this.checks.needsOf(modelId, version);
    if (record === null) return;
    const { artifacts, image, env } = record;
    const needs: Need[] = artifacts.map((artifact) => {
      return { kind: 'artifact', subject: artifact.uri, observe: () => this.observeArtifact(artifact, signal) };
    });
    if (image !== null) needs.push({ kind: 'image', subject: image, observe: () => this.observeImage(image, signal) });
    for (const { name, reference } of this.envNeeds.referencesIn(env)) {
      needs.push({ kind: 'env', subject: name, observe: () => this.observeEnv(reference, signal) });
    }
    for (let next = 0; next < needs.length; next += AT_ONCE) {
      signal.throwIfAborted();
      const seen = await Promise.all(needs.slice(next, next + AT_ONCE).map(observed));
      await this.checks.record(seen.map((look) => ({ ...look, modelId, version })));
    }
  }

  private async observeEnv(reference: string, signal: AbortSignal): Promise<Found> {
    const { state, evidence } = await this.envNeeds.observeEnv(reference, signal);
    return { state, evidence: { ...evidence } };
  }

  private async observeArtifact(artifact: Artifact, signal: AbortSignal): Promise<Found> {
    const seen = await this.stores.stat(artifact.uri, { signal });
    if (!('state' in seen) || seen.state !== 'present') return absent(seen);
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

  // The reference names the digest, so what is present is what was recorded.
  private async observeImage(image: string, signal: AbortSignal): Promise<Found> {
    const seen = await this.stores.statImage(image, { signal });
    if (!('state' in seen) || seen.state !== 'present') return absent(seen);
    return { state: 'present', evidence: { size: seen.size, digest: seen.digest } };
  }
}

async function observed({ observe, ...need }: Need): Promise<Omit<Observation, 'modelId' | 'version'>> {
  const observedAt = new Date();
  const began = performance.now();
  const found = await observe();
  return { ...need, ...found, durationMs: Math.round(performance.now() - began), observedAt };
}

function absent(seen: AbsentObject | StoreRefusal): Found {
  if (!('state' in seen)) return { state: 'unsupported', evidence: { code: seen.code, said: seen.text } };
  return { state: seen.state, evidence: { said: seen.evidence } };
}
