/**
 * The code of a system, TLS or HTTP error (`ECONNREFUSED`), null where it has none. It is all that may be told of an error
 * in the neighbourhood of secrets: a message can quote what was read or sent.
 */
export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof AggregateError) return error.errors.map(codeOf).find((code) => code !== null) ?? null;
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : null;
}
