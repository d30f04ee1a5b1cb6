import { backOffMs, sleep } from '../../client/back-off.js';
import { LastgoodError } from '../../client/errors.js';
import type { AssignmentsView } from '../../contract/node-views.js';
import { RepeatedErrors } from '../../platform/telemetry/repeated-errors.js';
import type { StructuredLog } from '../../platform/telemetry/structured-log.js';
import type { NodeRegistry } from './node-registry.js';
import type { NodeState } from './node-state.js';
import type { PlanFile } from './plan-file.js';
import { planIn } from './plan.js';

export interface FollowerOptions {
  readonly node: string;
  readonly registry: NodeRegistry;
  readonly state: NodeState;
  readonly planFile: PlanFile;
  readonly log: StructuredLog;
  /** How long the registry may hold a question whose answer has not changed, in seconds. */
  readonly waitSeconds: number;
}

const RETRY = { baseMs: 500, capMs: 15_000 };

/** Follows the node's list of assignments. A lost registry changes nothing about the list that is followed. */
export class Follower {
  readonly #errors: RepeatedErrors;
  #answered: number | undefined;

  constructor(private readonly options: FollowerOptions) {
    this.#errors = new RepeatedErrors(options.log, 'the list of what must lie here could not be asked for');
  }

  async run(signal: AbortSignal): Promise<void> {
    const { state } = this.options;
    const bell = state.bell();
    // After each trouble, the list is read at once: the registry may come back from a backup with a lower revision.
    let isAfresh = true;
    for (let failures = 0; ;) {
      if (state.standing !== 'ours') {
        isAfresh = true;
        await bell.wait(Infinity, signal);
        continue;
      }
      try {
        await this.#take(await this.#ask(isAfresh, signal));
        isAfresh = false;
        failures = 0;
      } catch (error) {
        signal.throwIfAborted();
        isAfresh = true;
        if (!(error instanceof LastgoodError) || error.status !== 404) this.#errors.report(error);
        await sleep(backOffMs(failures, RETRY), signal);
        failures += 1;
      }
    }
  }

  async #ask(isAfresh: boolean, signal: AbortSignal): Promise<AssignmentsView | null> {
    const { registry, node, waitSeconds } = this.options;
    const known = isAfresh ? undefined : this.#answered;
    const after = known === undefined ? {} : { revision: known, waitSeconds };
    return registry.assignments(node, after, { signal, retries: 0 });
  }

  async #take(answer: AssignmentsView | null): Promise<void> {
    if (answer === null) return;
    const { node, state, planFile, log } = this.options;
    const plan = planIn(answer, node);
    if (plan === null) throw new Error(`the registry's answer is no list of assignments for ${node}`);
    this.#answered = plan.revision;
    // Nothing has been planned yet, which says nothing about what may go.
    if (plan.revision === 0) return;
    if (JSON.stringify(plan) === JSON.stringify(state.plan)) return;
    state.follow(plan);
    log.info({ revision: plan.revision }, `${plan.assignments.length} versions must lie here`);
    // A full disk must not keep the agent from following the list that it has in memory.
    await planFile.write(plan).catch((error: unknown) => this.#errors.report(error));
  }
}
