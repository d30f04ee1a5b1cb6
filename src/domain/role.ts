/**
 * What a version is needed for, the most urgent first: it takes traffic, it is what a rollback returns to, it is on its
 * way in, or it served lately and is kept in case somebody names it.
 */
export const ROLES = ['live', 'target', 'candidate', 'kept'] as const;
export type Role = (typeof ROLES)[number];
