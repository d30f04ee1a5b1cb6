import { bytes, counted, shortDigest } from './format.js';

type Evidence = Readonly<Record<string, unknown>>;

/**
 * What a check saw that was not as recorded, in one sentence without its full stop: the check's own, or one made of the
 * sizes and digests that it compared. Evidence that has neither is shown as it is; all of it is in `--json`.
 */
export function evidenceText(evidence: Evidence | null): string {
  if (evidence === null) return '';
  const { said, reference, permission } = evidence;
  if (typeof said === 'string') {
    const about = typeof reference === 'string' && !said.includes(reference) ? `${reference}: ` : '';
    const needs = typeof permission === 'string' && !said.includes(permission) ? ` (needs ${permission})` : '';
    return `${about}${said}${needs}`;
  }
  return otherBytes(evidence) ?? JSON.stringify(evidence);
}

function otherBytes({ size, bytes: read, objects, digest, expected, mark, read: outcome }: Evidence): string | null {
  const recorded = sizeAndDigest(expected);
  if (recorded === null) return null;
  const seen = typeof size === 'number' ? size : read;
  if (typeof seen === 'number' && seen !== recorded.size) {
    const files = typeof objects === 'number' ? ` in ${counted(objects, 'file')}` : '';
    return `it has ${exact(seen)}${files}, the record says ${exact(recorded.size)}`;
  }
  if (typeof digest === 'string' && digest !== recorded.digest) {
    return `its bytes are others: sha256:${shortDigest(digest)}…, the record says sha256:${shortDigest(recorded.digest)}…`;
  }
  if (outcome !== undefined) return 'its bytes were read and are others, of the same size';
  return mark === undefined ? null : 'it was written anew; its bytes are about to be read';
}

function sizeAndDigest(expected: unknown): { size: number; digest: string } | null {
  if (typeof expected !== 'object' || expected === null) return null;
  const { size, digest }: { size?: unknown; digest?: unknown } = expected;
  return typeof size === 'number' && typeof digest === 'string' ? { size, digest } : null;
}

// To the byte where rounding would hide the difference.
const exact = (size: number): string => (size < 1024 ? bytes(size) : `${size} B (${bytes(size)})`);
