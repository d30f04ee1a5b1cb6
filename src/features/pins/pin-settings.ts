/** Whether anything is pinned, and how often every pin is looked at, in seconds. */
export class PinSettings {
  constructor(
    readonly enabled: boolean,
    readonly intervalSeconds: number,
  ) {}
}
