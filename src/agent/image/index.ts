export { ClientRuntime, type ClientRuntimeOptions } from './client-runtime.js';
export { chosenRuntime, type RuntimeChoice } from './find-runtime.js';
export { RUNTIME_NAMES, type ImageRuntime, type RuntimeName } from './image-runtime.js';
