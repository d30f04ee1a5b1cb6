/** An environment value: plain text, or where a secret can be found. Secrets themselves are never recorded. */
export type EnvValue = string | { secretRef: string };
export type Env = Record<string, EnvValue>;

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;
const SECRET_REF = /^[a-z][a-z0-9-]{0,30}:\/\/\S{1,500}$/;

// Shapes that providers document for their credentials. A name alone (PASSWORD_MIN_LENGTH) proves nothing.
const CREDENTIALS: [string, RegExp][] = [
  ['an AWS access key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a GitHub token', /\bgh[pousr]_[A-Za-z0-9]{36,}\b/],
  ['a Hugging Face token', /\bhf_[A-Za-z0-9]{30,}\b/],
  ['a Slack token', /\bxox[abprs]-[A-Za-z0-9-]{10,}/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['a JSON web token', /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/],
  ['a URL with a password', /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i],
];

/** Everything wrong with a version's env, as pairs of the entry's name and a text; empty when it may be recorded. */
export function envProblems(env: Record<string, unknown>): { name: string; value: unknown; problem: string }[] {
  return Object.entries(env).flatMap(([name, value]) => {
    const problem = nameProblem(name) ?? valueProblem(value);
    return problem ? [{ name, value: shown(value), problem }] : [];
  });
}

function nameProblem(name: string): string | null {
  return NAME.test(name)
    ? null
    : 'is not an environment variable name: letters, digits and _, not beginning with a digit';
}

function valueProblem(value: unknown): string | null {
  if (typeof value === 'string') {
    const kind = credentialIn(value);
    return kind === null
      ? null
      : `looks like ${kind}: store it in a secret store and record {"secretRef": "k8s://namespace/name#key"}`;
  }
  if (isSecretRef(value)) return null;
  return 'must be a string, or a secret reference {"secretRef": "<provider>://<path>"}';
}

function isSecretRef(value: unknown): value is { secretRef: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { secretRef, ...rest } = value as Record<string, unknown>;
  return typeof secretRef === 'string' && SECRET_REF.test(secretRef) && Object.keys(rest).length === 0;
}

function credentialIn(value: string): string | null {
  return CREDENTIALS.find(([, shape]) => shape.test(value))?.[0] ?? null;
}

// A refused credential must not travel back in the answer and from there into logs.
function shown(value: unknown): unknown {
  return typeof value === 'string' && credentialIn(value) !== null ? '(hidden)' : value;
}
