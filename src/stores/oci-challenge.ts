/** How a registry wants to be told who asks. */
export type OciChallenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service?: string; readonly scope?: string };

const PART = /([!#$%&'*+\-.^_`|~\w]+)(?:[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+)))?/g;

/**
 * The first challenge in a WWW-Authenticate header (RFC 9110, section 11.6.1) that can be met: a bearer token from a
 * token server (the distribution project's token specification), or a user and password. Null where there is neither.
 */
export function parseChallenge(header: string | undefined): OciChallenge | null {
  const challenges: { scheme: string; params: Map<string, string> }[] = [];
  for (const [, name = '', quoted, plain] of (header ?? '').matchAll(PART)) {
    const value = quoted?.replace(/\\(.)/gs, '$1') ?? plain;
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), params: new Map() });
    else challenges.at(-1)?.params.set(name.toLowerCase(), value);
  }
  for (const { scheme, params } of challenges) {
    if (scheme === 'basic') return { scheme };
    const realm = params.get('realm');
    if (scheme !== 'bearer' || realm === undefined) continue;
    const [service, scope] = [params.get('service'), params.get('scope')];
    return {
      scheme,
      realm,
      ...(service === undefined ? {} : { service }),
      ...(scope === undefined ? {} : { scope }),
    };
  }
  return null;
}
