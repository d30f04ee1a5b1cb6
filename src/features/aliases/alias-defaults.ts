/** What a new alias starts with. */
export class AliasDefaults {
  constructor(
    /** Seconds a version has to serve untouched before it is known good. */
    readonly soakSeconds: number,
  ) {}
}
