import type { Refusal } from '../../contract/refusal.js';

/** Carries a refusal through the parts of the HTTP layer that can only throw: pipes, guards, interceptors. */
export class RefusedException extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.detail);
    this.name = 'RefusedException';
  }
}
