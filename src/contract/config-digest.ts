// How a serving controller says what it runs with; the client library hands it on to whoever writes one.
export { configDigest, type ServingConfig } from '../domain/config-digest.js';
