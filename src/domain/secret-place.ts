import { isVariableName } from './variable-name.js';

/** Where a secret lies, by a provider that the registry can ask. */
export type SecretPlace =
  | { readonly provider: 'env'; readonly name: string }
  | { readonly provider: 'file'; readonly path: string }
  | { readonly provider: 'k8s'; readonly namespace: string; readonly name: string; readonly key: string };

export type KnownProvider = SecretPlace['provider'];

/** How the references of each known provider are written. */
export const SECRET_FORMS: Readonly<Record<KnownProvider, string>> = {
  env: 'env://NAME',
  file: 'file:///folder/file',
  k8s: 'k8s://namespace/name#key',
};

// Names as Kubernetes takes them: a DNS label (RFC 1123), a DNS subdomain, and the key of a Secret.
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const KEY = /^(?!\.\.?$|\.\.)[A-Za-z0-9._-]{1,253}$/;

/** The provider that a reference `<provider>://<path>` names; null where the text is no reference. */
export function providerOf(reference: string): string | null {
  return /^([a-z][a-z0-9-]{0,30}):\/\/./.exec(reference)?.[1] ?? null;
}

/** Whether the registry knows how references of this provider are written. */
export function isKnownProvider(provider: string): provider is KnownProvider {
  return Object.hasOwn(SECRET_FORMS, provider);
}

/** Where the reference of a known provider leads, or what is wrong with it, with the right form. */
export function parseSecretPlace(reference: string, provider: KnownProvider): SecretPlace | { problem: string } {
  const path = reference.slice(`${provider}://`.length);
  const place = PARSERS[provider](path);
  if (typeof place !== 'string') return place;
  return { problem: `is no ${provider} reference: ${place}; write ${SECRET_FORMS[provider]}` };
}

const PARSERS: Record<KnownProvider, (path: string) => SecretPlace | string> = {
  env: (name) => (isVariableName(name) ? { provider: 'env', name } : 'it names no environment variable'),
  file: (path) => {
    const names = namesIn(path);
    return typeof names === 'string' ? names : { provider: 'file', path: `/${names.join('/')}` };
  },
  k8s: (path) => {
    const [, namespace, name, key] = /^([^/#]*)\/([^/#]*)#(.*)$/.exec(path) ?? [];
    if (namespace === undefined || name === undefined || key === undefined) {
      return 'it must name a namespace, a secret and a key in it';
    }
    if (!LABEL.test(namespace)) return `${namespace || 'nothing'} is not the name of a namespace`;
    if (!SUBDOMAIN.test(name)) return `${name || 'nothing'} is not the name of a secret`;
    if (!KEY.test(key)) return `${key || 'nothing'} is not the name of a key`;
    return { provider: 'k8s', namespace, name, key };
  },
};

// The names along an absolute path, percent-decoded (RFC 8089). No `.` and `..`: a path is compared with the allowed
// folders as it is written, too.
function namesIn(path: string): string[] | string {
  if (!path.startsWith('/')) return 'it must begin with three slashes and name a file of this machine';
  if (/[?#]/.test(path)) return 'it holds a ? or #, which in a name is %3F or %23';
  try {
    const names = path.slice(1).split('/').map(decodeURIComponent);
    const wrong = names.find((name) => ['', '.', '..'].includes(name) || /[/\0]/.test(name));
    return wrong === undefined ? names : 'its path has an empty name, a dot name, or a slash or zero byte in a name';
  } catch {
    return 'it holds a % that is not followed by two hex digits of UTF-8, which in a name is %25';
  }
}
