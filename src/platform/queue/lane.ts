/**
 * The two ways through the queue. `prompt` is for work that somebody waits for, such as the checks after a move; `bulk`
 * is for sweeps and for reading bytes. Each has workers of its own, so long bulk work never holds the places of prompt work.
 */
export const LANES = ['prompt', 'bulk'] as const;
export type Lane = (typeof LANES)[number];

/** What the definition of a job says of its lane. */
export interface LanedJob {
  readonly name: string;
  readonly lane?: Lane;
}

/**
 * Finds the lane of a job by its name. A name that is not declared here goes to `prompt`: while a release rolls out, a
 * relay may carry jobs that only a newer process knows, and those are better early than late.
 */
export const laneFinder = (jobs: readonly LanedJob[]): ((name: string) => Lane) => {
  const lanes = new Map(jobs.map(({ name, lane }) => [name, lane]));
  return (name) => lanes.get(name) ?? 'prompt';
};

/** Something for each lane. */
export const perLane = <T>(make: (lane: Lane) => T): Record<Lane, T> => ({
  prompt: make('prompt'),
  bulk: make('bulk'),
});
