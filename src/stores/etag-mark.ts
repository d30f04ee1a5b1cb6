const STRONG = /^"?([\x21\x23-\x7e\x80-\xff]{1,1024})"?$/;

/**
 * The mark that a strong entity tag makes (RFC 9110, section 8.8.3), or undefined for a weak one, or for none: a weak
 * tag promises only that the meaning is the same. Some S3 servers leave the quotes out.
 */
export function etagMark(etag: string | undefined): string | undefined {
  const [, opaque] = STRONG.exec(etag?.startsWith('W/') === false ? etag : '') ?? [];
  return opaque === undefined ? undefined : `etag:${opaque}`;
}

/** The entity tag behind such a mark as `If-Match` takes it, or undefined for a mark of another kind. */
export function etagOf(mark: string | undefined): string | undefined {
  return mark?.startsWith('etag:') === true ? `"${mark.slice('etag:'.length)}"` : undefined;
}
