/**
 * The client library of Lastgood, for serving controllers and pipelines.
 *
 * ```ts
 * import { LastgoodClient } from 'lastgood/client';
 *
 * const lastgood = new LastgoodClient({ url: 'http://127.0.0.1:7420', lastGoodDir: '/var/lib/my-server' });
 * for await (const { record, source } of lastgood.follow('voice-activity', 'production')) {
 *   await serve(record);
 * }
 * ```
 */
export { LastgoodClient, type ClientOptions } from './lastgood-client.js';
export { LastgoodError, LastgoodFileError, LastgoodUnreachable } from './errors.js';
export { ArtifactMismatch } from './open-artifact.js';
export { CLIENT_VERSION } from './client-version.js';
export type { FollowOptions } from './follow.js';
export type {
  ArtifactInput,
  AssignmentsInput,
  CallOptions,
  DeleteNodeOptions,
  CheckHistoryInput,
  ConfigureAliasInput,
  VersionListInput,
  VouchInput,
  ModelEdit,
  ModelInput,
  NodeInput,
  NodeListInput,
  PageInput,
  PromoteInput,
  Registration,
  ReportInput,
  ResidencyInput,
  RollBackInput,
  VersionInput,
} from './inputs.js';
export type { Resolution } from './resolution.js';
export type { OnTrouble, ResolveOptions } from './resolve.js';
export type { TransportOptions } from './transport.js';
export type { Upload, UploadOptions } from './upload-artifact.js';
export { configDigest, type ServingConfig } from '../contract/config-digest.js';
export type { ErrorCode } from '../contract/errors.js';
export type { FieldProblem, Problem } from '../contract/problem.js';
export type * from '../contract/node-views.js';
export type * from '../contract/views.js';
