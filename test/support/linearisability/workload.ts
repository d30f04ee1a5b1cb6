import { setTimeout as sleep } from 'node:timers/promises';
import { askAlias, type AliasName, type ReadPath } from './alias-client.js';
import type { AliasInput, AliasResult, Shown } from './alias-operation.js';
import type { Random } from './random.js';
import { reasonFor, type Recording } from './recording.js';
import type { Life, ReplicaSet } from './replica-set.js';

const MIX = { move: 16, compareAndMove: 22, rollBack: 10, clear: 10, strong: 14, page: 10, memory: 18 };
const KEEPS_TO_AN_ALIAS = 0.85;
const READS_BEFORE_COMPARING = 0.7;
const ROLLS_BACK_BY_NAME = 0.8;
const MOST_PAUSE_MS = 12;

/** Where the clients work and what they may point aliases at. */
export interface Workplace {
  readonly replicas: ReplicaSet;
  readonly names: readonly AliasName[];
  /** Versions 1 to this one exist. */
  readonly versions: number;
  readonly recording: Recording;
}

/** One client: it does one thing after the other, at any replica that is up, until `signal` fires. */
export class WorkloadClient {
  private readonly last = new Map<AliasName, Shown>();
  private name: AliasName;

  constructor(
    private readonly place: Workplace,
    private readonly random: Random,
  ) {
    this.name = random.pick(place.names);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { random, place } = this;
    while (!signal.aborted) {
      if (!random.chance(KEEPS_TO_AN_ALIAS)) this.name = random.pick(place.names);
      const kind = random.weighted(MIX);
      if (kind === 'compareAndMove' && random.chance(READS_BEFORE_COMPARING)) await this.ask({ kind: 'read' }, 'page');
      if (kind === 'strong' || kind === 'page' || kind === 'memory') await this.ask({ kind: 'read' }, kind);
      else await this.ask(this.change(kind), 'page');
      await sleep(random.whole(0, MOST_PAUSE_MS));
    }
  }

  private change(kind: 'move' | 'compareAndMove' | 'rollBack' | 'clear'): AliasInput {
    const { random, place } = this;
    const last = this.last.get(this.name);
    const rejected = last?.rejected ?? [];
    const version = random.whole(1, place.versions);
    if (kind === 'clear') return { kind, version: rejected.length > 0 ? random.pick(rejected) : version };
    if (kind === 'rollBack') {
      return { kind, from: last && random.chance(ROLLS_BACK_BY_NAME) ? last.version : null };
    }
    return { kind: 'move', version, ifRevision: kind === 'compareAndMove' ? (last?.revision ?? null) : null };
  }

  private async ask(input: AliasInput, path: ReadPath): Promise<void> {
    const { replicas } = this.place;
    if (replicas.living.length === 0) return;
    const result = await perform(this.place, this.random.pick(replicas.living), this.name, input, path);
    if (result?.kind === 'rolledBack') this.last.set(this.name, { version: result.to, revision: result.revision });
    else if (result && 'shown' in result && result.shown) this.last.set(this.name, result.shown);
  }
}

/** Performs one operation at a replica and records it. Returns what it answered; null where nobody knows. */
export async function perform(
  { recording }: Workplace,
  life: Life,
  name: AliasName,
  input: AliasInput,
  path: ReadPath,
): Promise<AliasResult | null> {
  const call = { id: recording.nextId(), name, input, path, life: life.id, invoked: performance.now() };
  const answer = await askAlias(life.url, name, input, { reason: reasonFor(call.id), path });
  recording.add(call, answer, performance.now());
  return answer.kind === 'answered' ? answer.result : null;
}
