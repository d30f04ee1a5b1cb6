/** The labels that a node must have, each with this value. */
export type Pool = Readonly<Record<string, string>>;

/** The pool that a serving config names; null where it names none, so that every node is in it. */
export function poolOf(serving: Readonly<Record<string, unknown>>): Pool | null {
  const { pool } = serving;
  return typeof pool === 'object' && pool !== null && !Array.isArray(pool) ? (pool as Pool) : null;
}

/** Whether a node with these labels belongs to the pool. */
export function inPool(labels: Readonly<Record<string, string>>, pool: Pool | null): boolean {
  return Object.entries(pool ?? {}).every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value);
}
