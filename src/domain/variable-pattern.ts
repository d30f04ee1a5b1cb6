import { isVariableName } from './variable-name.js';

/** Whether the text names an environment variable, or with a star at its end all that begin so: `FRAUD_TOKEN`, `SERVING_*`. */
export function isVariablePattern(text: string): boolean {
  return isVariableName(text.replace(/(?<=.)\*$/, ''));
}

/** Whether the pattern means the variable. */
export function matchesVariable(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
