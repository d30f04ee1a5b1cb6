/** A command cannot go on, and its message says why and what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
