import { etagMark } from './etag-mark.js';

/** What S3 says of one writing of an object. */
interface Written {
  readonly VersionId?: string | undefined;
  readonly ETag?: string | undefined;
}

/**
 * The mark of an object: `version:` and its version id where the bucket has versions, else `etag:` and its entity tag.
 * What was written before a bucket got versions has the version id "null" from then on, and keeps its entity tag as its
 * mark: switching versions on makes nothing look changed.
 */
export function s3Mark({ VersionId: version, ETag: etag }: Written): string | undefined {
  return version === undefined || version === '' || version === 'null' ? etagMark(etag) : `version:${version}`;
}

/** Whether the object bears the mark. Lists know no version ids, so a list's `etag:` marks hold for any version. */
export function bearsS3Mark(mark: string, written: Written): boolean {
  return mark === s3Mark(written) || mark === etagMark(written.ETag);
}
