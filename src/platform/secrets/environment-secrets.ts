import type { SecretPlace } from '../../domain/secret-place.js';
import { matchesVariable } from '../../domain/variable-pattern.js';
import type { SecretAnswer, SecretProvider } from './secret-provider.js';

/** Which variables may be looked for, as patterns that `matchesVariable` takes. */
export interface VariableRules {
  readonly allowed: readonly string[];
  /** What the process itself runs by. None of it is looked for, whatever is allowed. */
  readonly own: readonly string[];
}

/**
 * `env://NAME`: variables of the process that runs the checks, of those that may be looked for. Of any other the answer is
 * the same whether it is set or not.
 */
export class EnvironmentSecrets implements SecretProvider<Extract<SecretPlace, { provider: 'env' }>> {
  constructor(
    private readonly rules: VariableRules,
    private readonly variables: Readonly<Record<string, string | undefined>> = process.env,
  ) {}

  async look({ name }: { name: string }): Promise<SecretAnswer> {
    if (!this.mayAsk(name)) {
      const allowed = this.rules.allowed.join(', ') || 'none are';
      const said = `${name} is not among the variables that may be looked for (${allowed}): add it to LASTGOOD_SECRET_ENVIRONMENT`;
      return { state: 'unsupported', said };
    }
    const found = Object.hasOwn(this.variables, name) ? this.variables[name] : undefined;
    if (found !== undefined && found !== '') return { state: 'present' };
    const said = `${name} is ${found === undefined ? 'not set' : 'empty'} where the checks run: set it for the worker`;
    return { state: 'missing', missing: 'secret', said };
  }

  private mayAsk(name: string): boolean {
    const means = (pattern: string): boolean => matchesVariable(pattern, name);
    return this.rules.allowed.some(means) && !this.rules.own.some(means);
  }
}
