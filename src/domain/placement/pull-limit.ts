/** How many nodes of a pool may fetch at once: so many, or so much of the pool in per cent. */
export type PullLimit = { readonly nodes: number } | { readonly percent: number };

/** Reads `2` or `25%`; null for anything else. */
export function parsePullLimit(text: string): PullLimit | null {
  const [, number, percent] = /^([1-9]\d{0,5})(%?)$/.exec(text.trim()) ?? [];
  if (number === undefined) return null;
  if (percent === '') return { nodes: Number(number) };
  return Number(number) <= 100 ? { percent: Number(number) } : null;
}

/** How many of `nodes` nodes may fetch at once. Never none: then nothing would ever come. */
export function pullsAtOnce(limit: PullLimit, nodes: number): number {
  return 'nodes' in limit ? limit.nodes : Math.max(1, Math.floor((nodes * limit.percent) / 100));
}
