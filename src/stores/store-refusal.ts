/** Stable codes: programs match on these. */
export type StoreRefusalCode =
  'malformed-uri' | 'unknown-scheme' | 'outside-roots' | 'unknown-bucket' | 'host-not-allowed' | 'not-listable';

/** An expected "no" to a URI, returned (never thrown). `text` names the URI and says what would be right. */
export class StoreRefusal {
  constructor(
    readonly code: StoreRefusalCode,
    readonly text: string,
  ) {}
}
