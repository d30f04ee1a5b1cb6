import { aliasModel } from '../../support/linearisability/alias-model.js';
import type { AliasInput, AliasOperation, AliasResult } from '../../support/linearisability/alias-operation.js';
import { freshAlias } from '../../support/linearisability/alias-state.js';
import { checkLinearisable } from '../../support/linearisability/search.js';

/** Writes histories by hand: each line is one operation, called and answered at the times given first. */
export class HandMade {
  readonly operations: AliasOperation[] = [];

  /** A move that was answered with the alias at a revision. */
  moved(at: Times, version: number, revision: number, ifRevision: number | null = null): this {
    return this.add(at, { kind: 'move', version, ifRevision }, shown(version, revision));
  }

  /** A compare-and-set that was refused, with what it was told the alias is. */
  stale(at: Times, ifRevision: number, told: { version: number; revision: number }): this {
    const input = { kind: 'move', version: 99, ifRevision } as const;
    return this.add(at, input, { kind: 'refused', code: 'revision-stale', shown: told });
  }

  read(at: Times, version: number, revision: number): this {
    return this.add(at, { kind: 'read' }, shown(version, revision));
  }

  rolledBack(at: Times, asked: number | null, record: { from: number; to: number; revision: number }): this {
    return this.add(at, { kind: 'rollBack', from: asked }, { kind: 'rolledBack', ...record });
  }

  refused(at: Times, input: AliasInput, code: Extract<AliasResult, { kind: 'refused' }>['code']): this {
    return this.add(at, input, { kind: 'refused', code, shown: null });
  }

  cleared(at: Times, version: number, told: { version: number; revision: number }): this {
    return this.add(at, { kind: 'clear', version }, { kind: 'shown', shown: told });
  }

  /** An operation, called at a time, of which no answer came. */
  unheard(invoked: number, input: AliasInput): this {
    return this.add([invoked, Infinity], input, null);
  }

  add([invoked, returned]: Times, input: AliasInput, result: AliasResult | null): this {
    this.operations.push({ id: this.operations.length + 1, invoked, returned, input, result });
    return this;
  }

  /** Checks the history of an alias that begins at v1, revision 1. */
  check(taken: Iterable<number> = []) {
    return checkLinearisable(this.operations, aliasModel(freshAlias(1, 1), new Set(taken)));
  }

  get isLinearisable(): boolean {
    return this.check().linearisable;
  }
}

/** When an operation was called and when it was answered. */
export type Times = readonly [invoked: number, returned: number];

/** An unconditional move to a version, as asked for. */
export const moveTo = (version: number): AliasInput => ({ kind: 'move', version, ifRevision: null });

export const history = (): HandMade => new HandMade();

function shown(version: number, revision: number): AliasResult {
  return { kind: 'shown', shown: { version, revision } };
}
