import { ROLES } from '../../domain/role.js';

/** The last of the urgencies of versions that an alias points at. */
const LAST_NEEDED = ROLES.indexOf('candidate');

/** When a round `r` was last completed, never before all: as the index over it has it. */
export const ROUND_COMPLETED = `coalesce(r.completed_at, '-infinity')`;

/**
 * How many rows of one sort are looked through. That there are any is what matters, and that a scrape is not late when
 * nothing is well.
 */
export const LOOKED_THROUGH = 1000;

/**
 * Of each urgency the rounds `r` that were completed longest ago, as a query with their columns: those of that depth (an
 * SQL expression) that were not completed for so many seconds (likewise). By no more than its index, whatever is found.
 */
export const neededRoundsSql = (depth: string, seconds: string, and = 'true'): string => `
  SELECT longest.* FROM generate_series(0, ${LAST_NEEDED}) AS u (urgency) CROSS JOIN LATERAL (
    SELECT r.* FROM check_rounds r
    WHERE r.depth = ${depth} AND r.urgency = u.urgency AND r.urgency <= ${LAST_NEEDED}
      AND ${ROUND_COMPLETED} <= now() - ${seconds} * interval '1 second' AND ${and}
    ORDER BY ${ROUND_COMPLETED} LIMIT ${LOOKED_THROUGH}
  ) longest`;
