import { booleanProblem } from '../../domain/text.js';
import { Field } from './field.js';

/** Body of `POST /v1/models/{model}/versions/{version}/checks`. */
export class CheckRequest {
  @Field(booleanProblem, {
    type: Boolean,
    optional: true,
    description: 'Read the bytes of all artifacts too, and hash them. Takes as long as that takes',
  })
  deep?: boolean;
}
