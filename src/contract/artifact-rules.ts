// The rules of artifacts that whoever registers one applies too, so that what is sent is what the registry expects.
export { isPrefix, pathProblem } from '../domain/artifact.js';
export type { Digest } from '../domain/digest.js';
export { treeDigest, type TreeFile } from '../domain/tree-digest.js';
