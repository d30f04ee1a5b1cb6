import type { ResolutionView } from '../../contract/views.js';
import type { ResolvedRow } from './resolution.repository.js';

/** One alias, ready to be sent: the body is serialised once for everybody who asks. */
export interface Resolution {
  model: string;
  alias: string;
  revision: number;
  etag: string;
  body: Buffer;
}

/** Serialises one alias for everybody who will ask for it. */
export function toResolution({ model, alias, revision, live, warm }: ResolvedRow): Resolution {
  const view: ResolutionView = {
    model,
    alias,
    version: live.version,
    revision,
    record: live,
    traffic: [
      {
        version: live.version,
        weight: 100,
      },
    ],
    keepWarm: warm ? [warm] : [],
  };
  return { model, alias, revision, etag: `"${revision}"`, body: Buffer.from(JSON.stringify(view)) };
}
