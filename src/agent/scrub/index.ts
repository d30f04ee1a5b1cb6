export { Scrub, type Scrubbed, type ScrubOptions } from './scrub.js';
