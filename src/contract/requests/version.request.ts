import { digestProblem, mediaTypeProblem, pathProblem, uriProblem } from '../../domain/artifact.js';
import { imageProblem } from '../../domain/image.js';
import { booleanProblem, labelsProblem, metricsProblem, objectProblem, wholeNumberProblem } from '../../domain/text.js';
import { Field, ListField } from './field.js';

const texts = { type: 'object', additionalProperties: { type: 'string' } } as const;

const PREFIX_DIGEST =
  'SHA-256 of the bytes; of a URI that ends in /, SHA-256 of a line `<hex digest>  <relative path>` for each file, ' +
  'sorted by the bytes of the paths, as sha256sum prints them';

/** One artifact of a version to register. */
export class ArtifactRequest {
  @Field(uriProblem, {
    type: String,
    example: 's3://models/fraud/v184/model.onnx',
    description: 'Where the bytes lie; one that ends in / is all files below',
  })
  uri!: string;

  @Field(digestProblem, { type: String, example: `sha256:${'0'.repeat(64)}`, description: PREFIX_DIGEST })
  digest!: string;

  @Field(wholeNumberProblem(0), { type: Number, example: 2_327_524, description: 'Size in bytes' })
  size!: number;

  @Field(pathProblem, {
    type: String,
    optional: true,
    description: 'Place inside the version, of a file or of a whole folder; the last part of the URI if absent',
  })
  path?: string;

  @Field(mediaTypeProblem, { type: String, optional: true, example: 'application/octet-stream' })
  mediaType?: string;
}

/** Body of `POST /v1/models/{model}/versions`. */
export class RegisterVersionRequest {
  @ListField(ArtifactRequest, 10_000, 'All files that the version needs')
  artifacts!: ArtifactRequest[];

  @Field(imageProblem, {
    type: String,
    optional: true,
    example: `registry.example/team/server@sha256:${'0'.repeat(64)}`,
  })
  image?: string;

  @Field(objectProblem, {
    type: 'object',
    additionalProperties: {
      oneOf: [{ type: 'string' }, { type: 'object', properties: { secretRef: { type: 'string' } } }],
    },
    optional: true,
    description: 'Environment of the server: texts, or {"secretRef": "k8s://namespace/name#key"}',
  })
  env?: Record<string, unknown>;

  @Field(objectProblem, { type: 'object', additionalProperties: true, optional: true, description: 'Serving config' })
  serving?: Record<string, unknown>;

  @Field(labelsProblem, { ...texts, optional: true, description: 'Where it came from: commit, run, pipeline' })
  source?: Record<string, string>;

  @Field(labelsProblem, { ...texts, optional: true })
  labels?: Record<string, string>;

  @Field(metricsProblem, { type: 'object', additionalProperties: { type: 'number' }, optional: true })
  metrics?: Record<string, number>;

  @Field(booleanProblem, {
    type: Boolean,
    optional: true,
    description: 'Create the model if this is its first version',
  })
  createModel?: boolean;
}
