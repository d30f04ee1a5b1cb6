const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})T(?:[01]\d|2[0-3]):\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/i;

/** Reads an RFC 3339 time, to the millisecond; null for anything else, and for a day that no calendar has. */
export function parseMoment(value: unknown): Date | null {
  const [, year, month, day] = (typeof value === 'string' && RFC_3339.exec(value)) || [];
  const time = new Date(String(value).toUpperCase());
  if (day === undefined || Number.isNaN(time.getTime())) return null;
  // JavaScript takes the 30th of February for the 2nd of March.
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(day) <= lastDay ? time : null;
}

/** Says what is wrong with a time, or null. */
export function momentProblem(value: unknown): string | null {
  return parseMoment(value) === null ? 'must be an RFC 3339 time such as 2026-05-01T09:30:00Z' : null;
}
