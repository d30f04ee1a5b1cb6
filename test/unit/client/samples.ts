import type { AliasView, ResolutionView, RollbackView, VersionView } from '../../../src/contract/views.js';

const DIGEST = `sha256:${'5e'.repeat(32)}`;

export function sampleVersion(version: number): VersionView {
  return {
    model: 'fraud',
    version,
    digest: DIGEST,
    artifacts: [{ path: 'model.onnx', uri: 's3://models/model.onnx', digest: DIGEST, size: 2_327_524 }],
    image: null,
    env: { THRESHOLD: '0.5', TOKEN: { secretRef: 'k8s://serving/fraud#token' } },
    serving: { batch: 8 },
    configDigest: `sha256:${'c0'.repeat(32)}`,
    source: { commit: '1f2e3d' },
    labels: {},
    metrics: { auc: 0.93 },
    aliases: [],
    createdAt: '2031-05-01T10:00:00.000Z',
    createdBy: 'pipeline',
  };
}

export function sampleResolution(version: number, revision: number): ResolutionView {
  const { digest, artifacts, image, env, serving, configDigest } = sampleVersion(version);
  const record = { version, digest, artifacts, image, env, serving, configDigest };
  return {
    model: 'fraud',
    alias: 'production',
    version,
    revision,
    record,
    traffic: [{ version, weight: 100 }],
    keepWarm: [],
  };
}

export function sampleAlias(overrides: Partial<AliasView> = {}): AliasView {
  return {
    model: 'fraud',
    alias: 'production',
    version: 191,
    revision: 42,
    liveSince: '2031-05-01T10:00:00.000Z',
    soakEndsAt: null,
    knownGood: true,
    soakSeconds: 1800,
    rollbackTarget: { version: 184, proven: true },
    rejected: [],
    changedBy: 'ada@laptop',
    reason: 'faster decoding',
    ...overrides,
  };
}

export function sampleRollback(overrides: Partial<RollbackView> = {}): RollbackView {
  return {
    id: 7,
    model: 'fraud',
    alias: 'production',
    from: 191,
    to: 184,
    proven: true,
    reason: 'p95 latency doubled',
    actor: 'grace@desk',
    revision: 43,
    timeline: {
      requestedAt: '2031-05-01T10:05:00.000Z',
      committedAt: '2031-05-01T10:05:00.012Z',
      firstSwitchedAt: null,
      allSwitchedAt: null,
      healthyAt: null,
    },
    ...overrides,
  };
}
