/** What proves who we are to one host. */
export type ConfiguredCredential =
  { readonly username: string; readonly password: string } | { readonly token: string };

/** By `host` or `host:port`. */
export type ConfiguredCredentials = Readonly<Record<string, ConfiguredCredential>>;

const DOCKER_HUB = ['index.docker.io', 'registry-1.docker.io'];

/**
 * Credentials by host out of JSON: `{"host": {"username", "password"}}` or `{"host": {"token"}}`, or the same as
 * Docker's config.json (and a Kubernetes image pull secret) has it, `{"auths": {"host": {"auth": "<base64>"}}}`.
 * Null for anything else.
 */
export function parseHostCredentials(text: string): ConfiguredCredentials | null {
  const json = asObject(parsed(text));
  const hosts = json && ('auths' in json ? asObject(json.auths) : json);
  if (!hosts) return null;
  const entries = Object.entries(hosts).map(([name, value]) => [hostOf(name), credentialOf(value)] as const);
  const all = entries.flatMap(([host, credential]) => (host && credential ? [[host, credential] as const] : []));
  return all.length === entries.length ? Object.fromEntries(all) : null;
}

// Docker writes `https://index.docker.io/v1/` for its own registry, and some tools write URLs for others.
function hostOf(name: string): string | null {
  const url = /^https?:\/\//i.test(name) ? name : `https://${name}`;
  if (!URL.canParse(url)) return null;
  const { host, username } = new URL(url);
  if (username !== '') return null;
  return DOCKER_HUB.includes(host) ? 'docker.io' : host;
}

function credentialOf(value: unknown): ConfiguredCredential | null {
  const { username, password, token, registrytoken, auth } = asObject(value) ?? {};
  const given = token ?? registrytoken;
  // What a header can hold of it (RFC 6750, section 2.1, taken widely).
  if (isFilled(given)) return /^[\x21-\x7e]+$/.test(given) ? { token: given } : null;
  if (isFilled(username) && !username.includes(':') && isFilled(password)) return { username, password };
  if (!isFilled(auth)) return null;
  const [, name = '', secret = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(auth, 'base64').toString('utf8')) ?? [];
  return isFilled(name) && isFilled(secret) ? { username: name, password: secret } : null;
}

// They go into headers, where a line's end would begin another one.
function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !/\p{Cc}/u.test(value);
}

function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
