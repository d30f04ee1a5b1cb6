import { digestProblem } from '../../domain/artifact.js';
import { MOST_COUNTED, reasonProblem, wholeNumberProblem } from '../../domain/text.js';
import { versionProblem } from '../../domain/version-number.js';
import { Field } from './field.js';

const version = { oneOf: [{ type: 'integer' }, { type: 'string' }], example: 191 };
const reason = { type: String, example: 'p95 latency doubled', description: 'Why; kept in the history' };

// Ninety days, as in LASTGOOD_SOAK_WINDOW_SECONDS.
const MOST_SOAK_SECONDS = 90 * 24 * 60 * 60;

/** Body of `PUT /v1/models/{model}/aliases/{alias}`. */
export class MoveAliasRequest {
  @Field(versionProblem, { ...version, description: 'The version to point at' })
  version!: number | string;

  @Field(reasonProblem, reason)
  reason!: string;
}

/** Body of `POST …/rollback`. */
export class RollBackRequest {
  @Field(reasonProblem, reason)
  reason!: string;

  @Field(versionProblem, {
    ...version,
    optional: true,
    description: 'The version to move away from. Name it: then two people rolling back at once step back once',
  })
  from?: number | string;

  @Field(versionProblem, { ...version, optional: true, description: 'Another version than the rollback target' })
  to?: number | string;
}

/** Body of `PATCH /v1/models/{model}/aliases/{alias}`. */
export class ConfigureAliasRequest {
  @Field(wholeNumberProblem(0, MOST_SOAK_SECONDS), {
    type: Number,
    example: 1800,
    description: 'Soak window in seconds',
  })
  soakSeconds!: number;

  @Field(reasonProblem, reason)
  reason!: string;
}

/** Body of `POST …/clear` and `POST …/known-good`: an operator vouches for a version. */
export class VouchRequest {
  @Field(versionProblem, { ...version, description: 'The version vouched for' })
  version!: number | string;

  @Field(reasonProblem, reason)
  reason!: string;
}

/** Body of `PUT …/reports/{controller}`: what a serving controller serves now. */
export class ServingReportRequest {
  @Field(versionProblem, { ...version, description: 'The version that answers requests' })
  version!: number | string;

  @Field(wholeNumberProblem(0), { type: Number, description: 'The revision of the resolution that it follows' })
  revision!: number;

  @Field(digestProblem, {
    type: String,
    description:
      'SHA-256 over the canonical JSON (RFC 8785) of {"env", "serving"} as it really serves; the configDigest of a version ' +
      'where nothing differs. The digest of the whole record is taken, too',
  })
  configDigest!: string;

  @Field(wholeNumberProblem(0, MOST_COUNTED), { type: Number, description: 'Replicas that answer' })
  readyReplicas!: number;

  @Field(wholeNumberProblem(0, MOST_COUNTED), { type: Number, description: 'Replicas that should answer' })
  replicas!: number;
}
