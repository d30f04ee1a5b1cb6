export { knownVersion } from './known-version.js';
export { PullFailure } from './pull-failure.js';
export { pullVersion, type Pulled } from './pull-version.js';
