import { modelNameProblem } from '../../domain/names.js';
import { labelsProblem, textProblem } from '../../domain/text.js';
import { Field } from './field.js';

const labels = { type: 'object', additionalProperties: { type: 'string' }, example: { team: 'risk' } } as const;

/** Body of `PATCH /v1/models/{model}`: all that is editable. */
export class EditModelRequest {
  @Field(textProblem(4000), { type: String, optional: true, description: 'What the model is for' })
  description?: string;

  @Field(labelsProblem, { ...labels, optional: true, description: 'Replaces all labels' })
  labels?: Record<string, string>;
}

/** Body of `POST /v1/models`. */
export class CreateModelRequest extends EditModelRequest {
  @Field(modelNameProblem, { type: String, example: 'voice-activity', description: 'The name, for good' })
  model!: string;
}
