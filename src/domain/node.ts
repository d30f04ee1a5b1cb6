/** What the disk of a node has for models, in bytes: what may be used, what is, and what the file system has free. */
export interface NodeDisk {
  readonly budgetBytes: number;
  readonly usedBytes: number;
  readonly freeBytes: number;
}

const AGENT = /^[A-Za-z0-9][A-Za-z0-9_-]{7,63}$/;
const NODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;
const DISK = ['budgetBytes', 'usedBytes', 'freeBytes'];

/** Says what is wrong with a node's name, or null. It takes whatever Kubernetes calls a node, or a host name. */
export function nodeNameProblem(value: unknown): string | null {
  if (typeof value === 'string' && NODE.test(value)) return null;
  return 'must be 1 to 253 letters, digits, dots, dashes and underscores, beginning with a letter or digit (gpu-1)';
}

/** Says what is wrong with an agent's identity, or null. It is made once for a cache folder. */
export function agentProblem(value: unknown): string | null {
  if (typeof value === 'string' && AGENT.test(value)) return null;
  return 'must be 8 to 64 letters, digits, dashes and underscores, such as a UUID';
}

/** Says what is wrong with a node's disk as its agent reports it, or null. */
export function diskProblem(value: unknown): string | null {
  const wanted = `must be an object with ${DISK.join(', ')}, each a whole number from 0`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wanted;
  const given = Object.entries(value) as [string, unknown][];
  const fits = given.every(([name, bytes]) => DISK.includes(name) && Number.isSafeInteger(bytes) && Number(bytes) >= 0);
  return fits && given.length === DISK.length ? null : wanted;
}
