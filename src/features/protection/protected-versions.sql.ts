import { CANDIDATE_ALIAS, TARGET_ALIAS } from '../../domain/names.js';
import { ROLES, type Role } from '../../domain/role.js';

const rank = (role: Role): number => ROLES.indexOf(role);
const named = (role: string): string => `(a.name = '${role}' OR a.name LIKE '%-${role}')`;

const POINTED_AT = `
  SELECT a.model_id, a.version, CASE
    WHEN ${named(TARGET_ALIAS)} THEN ${rank('target')}
    WHEN ${named(CANDIDATE_ALIAS)} THEN ${rank('candidate')}
    ELSE ${rank('live')} END AS rank
  FROM aliases a WHERE a.version IS NOT NULL`;

/**
 * Every version that an alias points at, as a query with the columns `model_id`, `version` and `rank`, its most urgent
 * role's place in {@link ROLES}. Reads the aliases alone.
 */
export const POINTED_VERSIONS_SQL = `
  SELECT model_id, version, min(rank) AS rank FROM (${POINTED_AT}) pointed_at GROUP BY model_id, version`;

/**
 * Every version that may be needed, as a query with the same columns. `retention` is an SQL expression: how many seconds
 * a version is kept after it stopped serving. Reads the aliases and the young end of their history, never the whole.
 */
export const protectedVersionsSql = (retention: string): string => `
  SELECT model_id, version, min(rank) AS rank FROM (
    ${POINTED_AT}
    UNION ALL
    SELECT h.model_id, h.from_version, ${rank('kept')}
    FROM alias_history h
    WHERE h.from_version IS NOT NULL AND h.at > now() - ${retention} * interval '1 second'
  ) needed GROUP BY model_id, version`;

/** The rank of version `$3` of model `$2`, null for one that nothing needs, as a query with the column `rank`; `$1` is the retention in seconds. */
export const RANK_OF_VERSION_SQL = `
  SELECT coalesce(
    (SELECT rank FROM (${POINTED_VERSIONS_SQL}) p WHERE model_id = $2 AND version = $3),
    CASE WHEN EXISTS (
      SELECT FROM alias_history h
      WHERE h.model_id = $2 AND h.from_version = $3 AND h.at > now() - $1 * interval '1 second'
    ) THEN ${rank('kept')} END
  ) AS rank`;

/** The names of the aliases that point at version `$2` of model `$1`, and the model's, as a query of one row or none. */
export const ALIASES_AT_SQL = `
  SELECT m.name AS model, a.version, array_agg(a.name ORDER BY a.name) AS aliases
  FROM aliases a JOIN models m ON m.id = a.model_id
  WHERE a.model_id = $1 AND a.version = $2 GROUP BY m.name, a.version`;
