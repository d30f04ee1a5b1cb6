import { matchesHost, parseHostPattern, type HostPattern } from '../../domain/host-pattern.js';

/** The hosts that may be asked, as configured. */
export class AllowedHosts {
  readonly #patterns: readonly HostPattern[];

  /** `setting` is where to allow more. Throws a TypeError for an entry that is no host pattern. */
  constructor(
    private readonly written: readonly string[],
    private readonly setting: string,
  ) {
    this.#patterns = written.map((text) => {
      const pattern = parseHostPattern(text);
      if (pattern === null) throw new TypeError(`not a host: ${JSON.stringify(text)}`);
      return pattern;
    });
  }

  /** Whether any host is to be asked without TLS. */
  get plain(): boolean {
    return this.#patterns.some(({ protocol }) => protocol === 'http:');
  }

  /** Why this URL will not be asked, as a sentence without its path or query, or null. Says nothing about addresses. */
  problem(url: URL): string | null {
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return `${url.protocol}// is not asked for`;
    if (url.username !== '' || url.password !== '') {
      return `the address on ${url.host} names a user: credentials belong in the configuration, never in a URI`;
    }
    if (this.#patterns.some((pattern) => matchesHost(pattern, url))) return null;
    const asked = url.protocol === 'http:' ? `http://${url.host}` : url.host;
    const allowed = this.written.join(', ') || 'none are configured';
    return `${asked} is not among the allowed hosts: ${allowed}; where it is to be asked, add it to ${this.setting}`;
  }

  /** How a host that is written without a protocol is asked: without TLS only where the list says so. */
  originOf(host: string): URL | null {
    if (!URL.canParse(`https://${host}/`)) return null;
    const [secure, plain] = [new URL(`https://${host}/`), new URL(`http://${host}/`)];
    return this.problem(secure) !== null && this.problem(plain) === null ? plain : secure;
  }
}
