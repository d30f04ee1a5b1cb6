import { TARGET_ALIAS } from '../../domain/names.js';

/** `targetAliasOf` as SQL: the name of the alias that holds the rollback target of the alias that `column` names. */
export const targetAliasSql = (column: string): string =>
  `CASE ${column} WHEN 'production' THEN '' ELSE ${column} || '-' END || '${TARGET_ALIAS}'`;
