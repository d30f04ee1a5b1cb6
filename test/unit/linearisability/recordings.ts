import type { AliasChangeView } from '../../../src/contract/views.js';
import type { AliasInput, AliasResult } from '../../support/linearisability/alias-operation.js';
import { reasonFor, type MemoryRead, type RecordedOperation } from '../../support/linearisability/recording.js';

const NAME = { model: 'speech', alias: 'production' };

/** A move to a version as operation `id`, answered with the alias at a revision; null: no answer came. */
export function moveOf(id: number, version: number, revision: number | null): RecordedOperation {
  const input: AliasInput = { kind: 'move', version, ifRevision: null };
  const result: AliasResult | null = revision === null ? null : { kind: 'shown', shown: { version, revision } };
  const returned = result ? id * 10 + 5 : Infinity;
  return { id, name: NAME, path: 'page', why: '', saysUnchanged: false, invoked: id * 10, returned, input, result };
}

/** One line of history, made by operation `id`. */
export function changeOf(
  id: number,
  change: { revision: number; from: number | null; to: number },
  other: Partial<AliasChangeView> = {},
): AliasChangeView {
  const at = new Date(change.revision).toISOString();
  return { ...NAME, action: 'promote', about: null, reason: reasonFor(id), actor: 'client', at, ...change, ...other };
}

/** A retarget of the rollback target, which a move of operation `id` brought with it. */
export function retargetOf(id: number, change: { revision: number; from: number | null; to: number }): AliasChangeView {
  return changeOf(id, change, { alias: 'rollback-target', action: 'retarget' });
}

/** A resolve from memory; times are those of the call and the answer. */
export function memoryRead(
  [invoked, returned]: [number, number],
  shown: { version: number; revision: number; target: number | null },
  life = '0.1',
): MemoryRead {
  return { name: NAME, life, invoked, returned, shown };
}
