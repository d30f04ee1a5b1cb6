import type { Digest } from '../domain/digest.js';

/** What the bytes were said to be. `size` is in bytes. */
export interface Announced {
  readonly digest: Digest;
  readonly size: number;
}

/** Stable codes: programs match on these. */
export type ContentMismatchCode = 'too-few-bytes' | 'too-many-bytes' | 'wrong-digest';

/** The bytes were not the announced ones. Where their source broke off, `cause` is what it broke with. */
export class ContentMismatch extends Error {
  override readonly name = 'ContentMismatch';

  private constructor(
    readonly code: ContentMismatchCode,
    readonly announced: Announced,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  static tooFew(announced: Announced, received: number, cause?: unknown): ContentMismatch {
    const text = `the bytes ended after ${received} of ${announced.size}`;
    return new ContentMismatch('too-few-bytes', announced, text, cause === undefined ? undefined : { cause });
  }

  static tooMany(announced: Announced): ContentMismatch {
    return new ContentMismatch('too-many-bytes', announced, `more bytes came than the announced ${announced.size}`);
  }

  static wrongDigest(announced: Announced, received: Digest): ContentMismatch {
    const text = `the ${announced.size} bytes have the digest ${received}, not the announced ${announced.digest}`;
    return new ContentMismatch('wrong-digest', announced, text);
  }
}
