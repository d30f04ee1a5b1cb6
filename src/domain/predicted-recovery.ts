/** How many of an alias's newest rollbacks a prediction rests on, at most. */
export const ROLLBACKS_LOOKED_AT = 50;

/** How long a rollback would take, and what says so. */
export interface PredictedRecovery {
  /** From the commit until every serving controller has switched, in milliseconds; null where nothing tells. */
  readonly milliseconds: number | null;
  /** How many rollbacks it rests on. */
  readonly rollbacks: number;
  readonly text: string;
}

/**
 * Predicts the recovery time of an alias by the median of its own past rollbacks, each from its commit until all serving
 * controllers had switched, in milliseconds. A median: one rollback over a broken network says little of the next.
 */
export function predictRecovery(pastMs: readonly number[]): PredictedRecovery {
  const rollbacks = pastMs.length;
  const sorted = pastMs.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(rollbacks / 2)];
  const lower = sorted[Math.floor((rollbacks - 1) / 2)];
  if (upper === undefined || lower === undefined) {
    return {
      milliseconds: null,
      rollbacks,
      text: 'Not known: no rollback of this alias has closed its clock yet. Its clock closes on the reports of serving controllers.',
    };
  }
  const milliseconds = Math.round((lower + upper) / 2);
  const these = rollbacks === 1 ? 'the last rollback' : `the last ${rollbacks} rollbacks`;
  return {
    milliseconds,
    rollbacks,
    text: `The median of ${these} of this alias whose clock has closed, from the commit until all serving controllers had switched.`,
  };
}
