import type { CheckKind, CheckState, CheckView, ReadinessView } from '../../src/contract/views.js';
import { startApi, type TestApi } from '../support/api.js';
import { promote } from '../support/registering.js';

const MODEL = 'served';
/** What is seen of one subject: its state, and evidence that holds at least this. */
export interface Seen {
  readonly state: CheckState;
  readonly evidence: object;
}

/** A fault of a store: how to bring it about, how to end it, and what is then found, by the subjects' names. */
export interface Fault<P> {
  harm(place: P): Promise<void>;
  mend(place: P): Promise<void>;
  /** What a look sees; all others are present. */
  seen(place: P): Record<string, Seen>;
  /** What reading the bytes finds; left out, the same states as the look. */
  read?(place: P): Record<string, Seen>;
}

/** What v1, the rollback target, needs: its record, and the subjects of its checks by the names that the tests use. */
export interface Needed {
  readonly record: object;
  readonly subjects: Readonly<Record<string, string>>;
}

/** A registry whose `production` has v2 live and v1 as its rollback target, with its jobs running. */
export class FaultStage {
  private constructor(
    readonly api: TestApi,
    readonly subjects: ReadonlyMap<string, string>,
  ) {}

  /** Starts the registry, registers both versions, and lets first v1 and then v2 be live. */
  static async open(env: Record<string, string>, { record, subjects }: Needed): Promise<FaultStage> {
    const api = await startApi({ jobs: true, env });
    const stage = new FaultStage(api, new Map(Object.entries(subjects).map(([name, subject]) => [subject, name])));
    try {
      for (const version of [1, 2]) {
        const body = { createModel: true, ...record, serving: { version } };
        await api.as('pipeline').post(`/v1/models/${MODEL}/versions`).send(body).expect(201);
        await promote(api, MODEL, version);
      }
      return stage;
    } catch (error) {
      await api.close();
      throw error;
    }
  }

  /** Asks for a check of v1, and for the reading of its bytes; answers when that was, by `Date.now()`. */
  async ask(): Promise<number> {
    const asked = Date.now();
    await this.api.as('ana').post(`/v1/models/${MODEL}/versions/1/checks`).send({ deep: true }).expect(202);
    return asked;
  }

  /** The same states for all of it that has bytes to read; an image has none here. */
  statesOnly(seen: Record<string, Seen>): Record<string, Seen> {
    const files = new Set(this.files());
    const found = Object.entries(seen).filter(([name]) => files.has(name));
    return Object.fromEntries(found.map(([name, { state }]) => [name, { state, evidence: {} }]));
  }

  /** The names of what has bytes to read. */
  files(): string[] {
    return [...this.subjects].flatMap(([subject, name]) => (subject.includes('://') ? [name] : []));
  }

  /** What the newest checks of these kinds say, by the subjects' names. */
  async each<T>(kinds: readonly CheckKind[], what: (check: CheckView) => T): Promise<Record<string, T>> {
    const { body } = await this.api.as('ana').get(`/v1/models/${MODEL}/versions/1/checks`).expect(200);
    const checks = (body.items as CheckView[]).filter(({ kind }) => kinds.includes(kind));
    return Object.fromEntries(checks.map((check) => [this.subjects.get(check.subject) ?? '?', what(check)]));
  }

  /** The verdict on a rollback, and what stands against it. */
  async verdict(): Promise<object> {
    const { verdict, checklist } = await this.readiness();
    const against = checklist.filter(({ state }) => state === 'fail' || state === 'unknown');
    return { verdict, against: against.map(({ text, subjects }) => ({ text, said: subjects[0]?.evidence })) };
  }

  /** The readiness of `production`. */
  async readiness(): Promise<ReadinessView> {
    const { body } = await this.api.as('ana').get(`/v1/models/${MODEL}/aliases/production/readiness`).expect(200);
    return body as ReadinessView;
  }
}

/** A record with each value put through `map`. */
export function mapped<T, R>(record: Record<string, T>, map: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
