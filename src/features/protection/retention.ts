/** How long a version is kept after it stopped serving, in seconds. */
export class Retention {
  constructor(readonly seconds: number) {}
}
