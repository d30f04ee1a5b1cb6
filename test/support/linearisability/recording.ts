import type { AliasName, Answer, ReadPath } from './alias-client.js';
import type { AliasInput, AliasOperation, Shown } from './alias-operation.js';

/** An operation with where it went and how it ended. */
export interface RecordedOperation extends AliasOperation {
  readonly name: AliasName;
  /** How it read, for a read. */
  readonly path: ReadPath;
  /** Why nobody knows what came of it; empty where somebody does. */
  readonly why: string;
  /** The replica gave its word that nothing was changed. */
  readonly saysUnchanged: boolean;
}

/** One resolve that a replica answered from its memory. */
export interface MemoryRead {
  readonly name: AliasName;
  /** Which life of which replica answered. */
  readonly life: string;
  readonly invoked: number;
  readonly returned: number;
  readonly shown: Shown;
}

/** Everything that the clients did, as they saw it. */
export class Recording {
  readonly operations: RecordedOperation[] = [];
  readonly memoryReads: MemoryRead[] = [];
  /** Requests that no replica took; nothing happened. */
  unsent = 0;
  /** Reads that got no answer; a read changes nothing, so nothing is unknown about them. */
  unanswered = 0;
  /** How often each cause kept an answer away. */
  readonly causes = new Map<string, number>();
  private lastId = 0;

  /** How many operations were recorded. */
  get count(): number {
    return this.operations.length + this.memoryReads.length;
  }

  /** A number for the next operation; its change, if it makes one, bears it as its reason. */
  nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }

  add(
    call: { id: number; name: AliasName; input: AliasInput; path: ReadPath; life: string; invoked: number },
    answer: Answer,
    returned: number,
  ): void {
    const { life, ...operation } = call;
    if (answer.kind === 'unsent') {
      this.unsent += 1;
    } else if (answer.kind === 'unknown') {
      const { why, saysUnchanged } = answer;
      this.causes.set(why, (this.causes.get(why) ?? 0) + 1);
      if (call.input.kind === 'read') this.unanswered += 1;
      else this.operations.push({ ...operation, returned: Infinity, result: null, why, saysUnchanged });
    } else if (call.path === 'memory' && answer.result.kind === 'shown') {
      this.memoryReads.push({ name: call.name, life, invoked: call.invoked, returned, shown: answer.result.shown });
    } else {
      this.operations.push({ ...operation, returned, result: answer.result, why: '', saysUnchanged: false });
    }
  }
}

/** The reason that an operation's change bears in the history. */
export const reasonFor = (id: number): string => `operation ${id}`;

/** Which operation a line of history is of, or null where it is not a client's. */
export function operationOf(reason: string): number | null {
  const id = /^operation (\d+)$/.exec(reason)?.[1];
  return id === undefined ? null : Number(id);
}
