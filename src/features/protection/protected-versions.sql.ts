import { CANDIDATE_ALIAS, TARGET_ALIAS } from '../../domain/names.js';
import { ROLES, type Role } from '../../domain/role.js';

const rank = (role: Role): number => ROLES.indexOf(role);
const named = (role: string): string => `(a.name = '${role}' OR a.name LIKE '%-${role}')`;

/**
 * Every version that may be needed, as a query with the columns `model_id`, `version` and `rank`, its most urgent
 * role's place in {@link ROLES}. `retention` is an SQL expression: how many seconds a version is kept after it
 * stopped serving. Reads the aliases and the young end of their history, never the whole of it.
 */
export const protectedVersionsSql = (retention: string): string => `
  SELECT model_id, version, min(rank) AS rank FROM (
    SELECT a.model_id, a.version, CASE
      WHEN ${named(TARGET_ALIAS)} THEN ${rank('target')}
      WHEN ${named(CANDIDATE_ALIAS)} THEN ${rank('candidate')}
      ELSE ${rank('live')} END AS rank
    FROM aliases a WHERE a.version IS NOT NULL
    UNION ALL
    SELECT h.model_id, h.from_version, ${rank('kept')}
    FROM alias_history h
    WHERE h.from_version IS NOT NULL AND h.at > now() - ${retention} * interval '1 second'
  ) needed GROUP BY model_id, version`;
