/** One entry of a list of hosts that may be asked: `host`, `*.suffix`, with `:port` or `http://` where they are needed. */
export interface HostPattern {
  readonly protocol: 'http:' | 'https:';
  /** In the form that URLs have it: lower case, Punycode, an IPv6 address in square brackets. */
  readonly host: string;
  /** Whether it is hosts below `host` that are meant (`*.host`), not `host` itself. */
  readonly below: boolean;
  readonly port: number;
}

const PATTERN = /^(?:(https?):\/\/)?(\*\.)?(\[[0-9a-f:.]+\]|[^\s/?#@:*[\]\\%]+)(?::(\d{1,5}))?$/i;

/** How an entry is written. Completes the sentence "it takes …". */
export const HOST_PATTERN =
  'host names like models.example, *.models.example, registry.example:5000 or http://10.0.0.7';

/**
 * The entry as a pattern, or null where it is none. Without a port, only the usual one of its protocol (443, or 80 for
 * `http://`) is meant: a host that may be asked for artifacts need not be open on every port.
 */
export function parseHostPattern(text: string): HostPattern | null {
  const [, scheme = 'https', wildcard, name = '', digits] = PATTERN.exec(text.trim()) ?? [];
  const protocol = scheme.toLowerCase() === 'http' ? 'http:' : 'https:';
  const written = `${protocol}//${name}`;
  if (name === '' || name.startsWith('.') || name.endsWith('.') || !URL.canParse(written)) return null;
  const host = new URL(written).hostname;
  // 127.1 and 0x7f000001 are addresses too; in a list that people review, an address must look like what it is.
  if (isAddress(host) && (wildcard !== undefined || host !== name.toLowerCase())) return null;
  const port = digits === undefined ? usualPort(protocol) : Number(digits);
  if (port < 1 || port > 65_535) return null;
  return { protocol, host, below: wildcard !== undefined, port };
}

/** Whether the pattern means the URL's protocol, host and port, all three. */
export function matchesHost(pattern: HostPattern, url: URL): boolean {
  const port = url.port === '' ? usualPort(url.protocol) : Number(url.port);
  if (pattern.protocol !== url.protocol || pattern.port !== port) return false;
  return pattern.below ? url.hostname.endsWith(`.${pattern.host}`) : url.hostname === pattern.host;
}

function isAddress(host: string): boolean {
  return host.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

function usualPort(protocol: string): number {
  return protocol === 'http:' ? 80 : 443;
}
