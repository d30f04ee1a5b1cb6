import { StoreError } from './store-error.js';

/** Something missing because a manifest that was read and verified does not name it: no answer that could be doubted. */
export class ManifestLacks extends StoreError {
  constructor(uri: string, evidence: string) {
    super('missing', uri, evidence);
  }
}
