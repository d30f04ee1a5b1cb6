import canonicalizeModule from 'canonicalize';

// The package is CommonJS with a callable `module.exports`; its types describe a default export.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;

/** The one JSON text of a value, whatever the order of its names (RFC 8785). Throws where JSON has no such value (NaN). */
export function canonicalJson(value: object): string {
  return canonicalize(value) ?? '';
}
