import { agentProblem, diskProblem } from '../../domain/node.js';
import { modelNameProblem } from '../../domain/names.js';
import { optionalPartProblem, partProblem } from '../../domain/residency.js';
import { labelsProblem, textProblem, wholeNumberProblem } from '../../domain/text.js';
import { versionProblem } from '../../domain/version-number.js';
import type { NodeDiskView, ResidencyPartView } from '../node-views.js';
import { Field, ListField } from './field.js';

const agent = {
  type: String,
  example: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
  description: "The agent's identity, made once for its cache folder and kept in it",
};
// What an agent says of its disk and of its parts is what the API shows of them.
const disk = { $ref: '#/components/schemas/NodeDiskView' };
const part = { $ref: '#/components/schemas/ResidencyPartView' };

/** One kind of GPU in a node. */
export class GpuRequest {
  @Field(textProblem(256), { type: String, example: 'L40S' })
  product!: string;

  @Field(wholeNumberProblem(0, 4096), { type: Number, example: 8 })
  count!: number;

  @Field(wholeNumberProblem(0), { type: Number, example: 48_000_000_000, description: 'Of one of them' })
  memoryBytes!: number;
}

/** Body of `PUT /v1/nodes/{node}`: an agent registers its node, and renews its lease. */
export class RegisterNodeRequest {
  @Field(agentProblem, agent)
  agent!: string;

  @Field(textProblem(100), { type: String, example: '0.1.0' })
  agentVersion!: string;

  @Field(labelsProblem, {
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { zone: 'b', 'gpu.product': 'L40S', 'gpu.count': '8', 'gpu.memory': '48' },
    description: 'What pools select by; the agent adds gpu.product, gpu.count and gpu.memory (GiB) itself',
  })
  labels!: Record<string, string>;

  @ListField(GpuRequest, 64, 'The kinds of GPU in the node')
  gpus!: GpuRequest[];

  @Field(diskProblem, {
    allOf: [disk],
    description: 'What the cache may use, what it uses, and what its file system has free',
  })
  disk!: NodeDiskView;
}

/** One version that a node holds, or is on the way to. */
export class ResidencyItemRequest {
  @Field(modelNameProblem, { type: String, example: 'voice-activity' })
  model!: string;

  @Field(versionProblem, { oneOf: [{ type: 'integer' }, { type: 'string' }], example: 184 })
  version!: number | string;

  @Field(partProblem, { allOf: [part], description: 'Its artifacts' })
  weights!: ResidencyPartView;

  @Field(optionalPartProblem, {
    oneOf: [part, { type: 'null' }],
    description:
      'Its image; null where the version has none, nobody has looked at it yet, or images are left to others',
  })
  image!: ResidencyPartView | null;
}

/** Body of `PUT /v1/nodes/{node}/residency`: all that the node holds. What is not in it, the node does not hold. */
export class ResidencyRequest {
  @Field(agentProblem, agent)
  agent!: string;

  @Field(wholeNumberProblem(0), {
    type: Number,
    optional: true,
    description:
      'The revision of the assignments that the agent follows, 0 while it has none. An agent that never sends it, and null for an image, leaves images to others',
  })
  revision?: number;

  @ListField(ResidencyItemRequest, 10_000, 'Every version that is there or on its way')
  items!: ResidencyItemRequest[];
}
