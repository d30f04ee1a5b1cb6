export { SecretResolver } from './secret-resolver.js';
export type { SecretAnswer } from './secret-provider.js';
export { secretResolver, SecretsModule, type SecretsOptions } from './secrets.module.js';
