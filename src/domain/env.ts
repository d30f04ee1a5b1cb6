import { credentialInUri } from './credential-in-uri.js';
import { credentialIn, namesSecret } from './credentials.js';
import { isKnownProvider, parseSecretPlace, providerOf } from './secret-place.js';
import { isVariableName } from './variable-name.js';
import { withoutCredentials } from './without-credentials.js';

/** An environment value: plain text, or where a secret can be found. Secrets themselves are never recorded. */
export type EnvValue = string | { secretRef: string };
export type Env = Record<string, EnvValue>;

const SECRET_REF = /^[a-z][a-z0-9-]{0,30}:\/\/\S{1,500}$/;

/** Everything wrong with a version's env, as pairs of the entry's name and a text; empty when it may be recorded. */
export function envProblems(env: Record<string, unknown>): { name: string; value: unknown; problem: string }[] {
  return Object.entries(env).flatMap(([name, value]) => {
    const secret = namesSecret(name) && typeof value === 'string' && value !== '';
    const problem =
      nameProblem(name) ?? valueProblem(value) ?? (secret ? advice(`the secret that ${name} names`) : null);
    return problem ? [{ name, value: secret ? '(hidden)' : withoutCredentials(value), problem }] : [];
  });
}

function nameProblem(name: string): string | null {
  return isVariableName(name)
    ? null
    : 'is not an environment variable name: letters, digits and _, not beginning with a digit';
}

function valueProblem(value: unknown): string | null {
  const text = isSecretRef(value) ? value.secretRef : value;
  if (typeof text !== 'string') return 'must be a string, or a secret reference {"secretRef": "<provider>://<path>"}';
  const kind = credentialIn(text);
  if (kind !== null) return advice(kind);
  return isSecretRef(value) ? (openReference(value.secretRef) ?? referenceProblem(value.secretRef)) : null;
}

// A reference says where a secret lies; what opens the place is for its reader's own configuration.
function openReference(reference: string): string | null {
  const credential = credentialInUri(reference);
  return credential === null ? null : `holds a credential (${credential}): record where the secret lies, and no more`;
}

// A provider that this registry does not know may be one that the serving controller knows: taken, and never resolved here.
function referenceProblem(reference: string): string | null {
  const provider = providerOf(reference);
  if (provider === null || !isKnownProvider(provider)) return null;
  const place = parseSecretPlace(reference, provider);
  return 'problem' in place ? place.problem : null;
}

function advice(kind: string): string {
  return `looks like ${kind}: store it in a secret store and record {"secretRef": "k8s://namespace/name#key"}`;
}

function isSecretRef(value: unknown): value is { secretRef: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { secretRef, ...rest } = value as Record<string, unknown>;
  return typeof secretRef === 'string' && SECRET_REF.test(secretRef) && Object.keys(rest).length === 0;
}
