// A reference in the grammar of the OCI distribution project: [host[:port]/]path[:tag]@digest.
const NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?(?::[0-9]{1,5})?(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const EXAMPLE = 'registry.example/team/server@sha256:<64 hex>';

/**
 * Says what is wrong with a container image reference, or null when it may be recorded.
 * A tag alone is refused: a tag can be pushed again, and then the version would no longer be what it was.
 */
export function imageProblem(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 1024) return `must be an image by digest, ${EXAMPLE}`;
  const [reference = '', digest, ...rest] = value.split('@');
  if (digest === undefined) {
    return `must name the image by digest, ${EXAMPLE}: a tag can be pushed again, so it does not say what will run`;
  }
  if (rest.length > 0 || !DIGEST.test(digest)) return 'must end in @sha256: and 64 lower-case hex digits';
  const colon = reference.lastIndexOf(':');
  const tagged = colon > reference.lastIndexOf('/');
  const name = tagged ? reference.slice(0, colon) : reference;
  const tag = tagged ? reference.slice(colon + 1) : 'none';
  if (!NAME.test(name) || !TAG.test(tag)) return `must be an image by digest, ${EXAMPLE}`;
  return null;
}
