/** What an observation found: the thing as recorded, or what is wrong with it, or with looking at it. */
export type CheckState = 'present' | 'changed' | 'missing' | 'forbidden' | 'unreachable' | 'unsupported';

/** `artifact`: what its store says. `content`: its bytes, read and hashed. The others are what their names say. */
export type CheckKind = 'artifact' | 'content' | 'image' | 'env' | 'config' | 'pin' | 'residency';
