import type { SecretPlace } from '../../domain/secret-place.js';
import type { SecretAnswer, SecretProvider } from './secret-provider.js';

/** `env://NAME`: variables of the process that runs the checks. */
export class EnvironmentSecrets implements SecretProvider<Extract<SecretPlace, { provider: 'env' }>> {
  constructor(private readonly variables: Readonly<Record<string, string | undefined>> = process.env) {}

  async look({ name }: { name: string }): Promise<SecretAnswer> {
    const found = Object.hasOwn(this.variables, name) ? this.variables[name] : undefined;
    if (found !== undefined && found !== '') return { state: 'present' };
    const said = `${name} is ${found === undefined ? 'not set' : 'empty'} where the checks run: set it for the worker`;
    return { state: 'missing', missing: 'secret', said };
  }
}
