/** What proves who we are to one host. It is sent to that host and never appears in an error or a log. */
export type HostCredential = { readonly username: string; readonly password: string } | { readonly token: string };

/** Credentials by host, `host` or `host:port`, as URLs have it. */
export type HostCredentials = Readonly<Record<string, HostCredential>>;

/** The Authorization header (RFC 7617, RFC 6750) for these credentials. */
export function authorizationOf(credential: HostCredential): string {
  if ('token' in credential) return `Bearer ${credential.token}`;
  return `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`;
}
