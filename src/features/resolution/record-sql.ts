const COLUMNS = ['version', 'digest', 'artifacts', 'image', 'env', 'serving'];

/** The record of a version as SQL, JSON: what resolving an alias shows of it. `v` names a row of `versions`. */
export const recordSql = (v: string): string =>
  `json_build_object(${COLUMNS.map((c) => `'${c}', ${v}.${c}`).join(', ')})`;
