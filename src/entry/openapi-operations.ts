import type { ErrorCode } from '../contract/errors.js';

/** What one call answers: a name for generated clients, a view by status, and the refusals that are its own. */
export interface Operation {
  id: string;
  /** By status: the view in the body, `Name[]` for a page of views, '' for no body. */
  answers: Record<number, string>;
  refusals: ErrorCode[];
  /** Response headers by name, on every answer. */
  headers?: Record<string, string>;
  /** It is recorded who did it, so it takes `Lastgood-Actor`. */
  acts?: boolean;
}

const ETAG = { ETag: 'The revision, in quotes; If-Match and If-None-Match take it' };
const BYTES = { 'Accept-Ranges': 'bytes', ETag: 'The digest, in quotes' };

/** The refusals that every call over the database can give, beside its own. */
export const DATABASE: ErrorCode[] = ['database-unavailable'];
// Whatever has a body writes, and a write may lose its connection in the middle of the commit.
const BODY: ErrorCode[] = [
  'malformed-json',
  'body-too-large',
  'unsupported-media-type',
  'outcome-unknown',
  ...DATABASE,
];
const MODEL: ErrorCode[] = ['model-not-found', ...DATABASE];
const ALIAS: ErrorCode[] = ['alias-not-found', ...MODEL];
const MOVED: ErrorCode[] = ['alias-paired', ...MODEL];
const QUEUE: ErrorCode[] = ['queue-unavailable'];
const NODE: ErrorCode[] = ['node-not-found', ...DATABASE];
const STORE: ErrorCode[] = ['store-unreachable'];

const MODELS = '/v1/models';
const ONE_MODEL = `${MODELS}/{model}`;
const VERSIONS = `${ONE_MODEL}/versions`;
const ONE_VERSION = `${VERSIONS}/{version}`;
const ALIASES = `${ONE_MODEL}/aliases`;
const ONE_ALIAS = `${ALIASES}/{alias}`;
const NODES = '/v1/nodes';
const ONE_NODE = `${NODES}/{node}`;
const ARTIFACT = '/v1/artifacts/{digest}';

/** Every call of the API by method and address: what the types of its handler do not tell the documentation. */
export const OPERATIONS: Record<string, Operation> = {
  [`post ${MODELS}`]: {
    id: 'createModel',
    answers: { 201: 'ModelView' },
    refusals: ['model-exists', ...BODY],
    acts: true,
  },
  [`get ${MODELS}`]: { id: 'listModels', answers: { 200: 'ModelView[]' }, refusals: DATABASE },
  [`get ${ONE_MODEL}`]: { id: 'getModel', answers: { 200: 'ModelView' }, refusals: MODEL },
  [`patch ${ONE_MODEL}`]: {
    id: 'editModel',
    answers: { 200: 'ModelView' },
    refusals: ['model-not-found', ...BODY],
  },
  [`delete ${ONE_MODEL}`]: {
    id: 'deleteModel',
    answers: { 204: '' },
    refusals: ['model-in-use', 'model-not-empty', ...MODEL],
  },

  [`post ${VERSIONS}`]: {
    id: 'registerVersion',
    answers: { 200: 'VersionView', 201: 'VersionView' },
    refusals: ['model-not-found', 'idempotency-key-reused', ...BODY],
    acts: true,
  },
  [`get ${VERSIONS}`]: { id: 'listVersions', answers: { 200: 'VersionView[]' }, refusals: MODEL },
  [`get ${ONE_VERSION}`]: {
    id: 'getVersion',
    answers: { 200: 'VersionView' },
    refusals: ['version-not-found', ...MODEL],
  },
  [`delete ${ONE_VERSION}`]: {
    id: 'deleteVersion',
    answers: {},
    refusals: ['version-in-use', 'version-immutable', 'version-not-found', ...MODEL],
  },
  [`get ${ONE_VERSION}/checks`]: {
    id: 'listChecks',
    answers: { 200: 'CheckView[]' },
    refusals: ['version-not-found', ...MODEL],
  },
  [`get ${ONE_VERSION}/checks/history`]: {
    id: 'listCheckHistory',
    answers: { 200: 'CheckView[]' },
    refusals: ['version-not-found', ...MODEL],
  },
  [`get ${ONE_VERSION}/checks/rounds`]: {
    id: 'getCheckRounds',
    answers: { 200: 'CheckRoundsView' },
    refusals: ['version-not-found', ...MODEL],
  },
  [`post ${ONE_VERSION}/checks`]: {
    id: 'askForCheck',
    answers: { 202: 'CheckRequestView' },
    refusals: ['version-not-found', 'model-not-found', ...BODY],
  },

  [`get ${ALIASES}`]: { id: 'listAliases', answers: { 200: 'AliasView[]' }, refusals: MODEL },
  [`get ${ONE_ALIAS}`]: { id: 'getAlias', answers: { 200: 'AliasView' }, refusals: ALIAS, headers: ETAG },
  [`put ${ONE_ALIAS}`]: {
    id: 'moveAlias',
    answers: { 200: 'AliasView' },
    refusals: ['version-not-found', 'version-rejected', 'revision-stale', ...MOVED, ...BODY],
    headers: ETAG,
    acts: true,
  },
  [`patch ${ONE_ALIAS}`]: {
    id: 'configureAlias',
    answers: { 200: 'AliasView' },
    refusals: ['alias-not-found', 'alias-paired', 'model-not-found', ...BODY],
    acts: true,
  },
  [`delete ${ONE_ALIAS}`]: {
    id: 'deleteAlias',
    answers: { 204: '' },
    refusals: ['alias-not-found', ...MOVED],
    acts: true,
  },
  [`get ${ONE_ALIAS}/history`]: { id: 'listHistory', answers: { 200: 'AliasChangeView[]' }, refusals: ALIAS },
  [`get ${ONE_ALIAS}/readiness`]: {
    id: 'getReadiness',
    answers: { 200: 'ReadinessView' },
    refusals: ['alias-paired', ...ALIAS],
  },
  [`get ${ONE_ALIAS}/resolve`]: {
    id: 'resolveAlias',
    answers: { 200: 'ResolutionView', 304: '' },
    refusals: ALIAS,
    headers: { ...ETAG, Age: 'Seconds since this replica last knew that its answer is the newest' },
  },

  [`post ${ONE_ALIAS}/rollback`]: {
    id: 'rollBack',
    answers: { 200: 'RollbackView' },
    refusals: [
      'no-rollback-target',
      'from-not-live',
      'already-live',
      'version-not-found',
      'alias-not-found',
      ...MOVED,
      ...BODY,
    ],
    acts: true,
  },
  [`post ${ONE_ALIAS}/clear`]: {
    id: 'clearRejection',
    answers: { 200: 'AliasView' },
    refusals: ['version-not-rejected', 'alias-not-found', 'model-not-found', ...BODY],
    acts: true,
  },
  [`post ${ONE_ALIAS}/known-good`]: {
    id: 'declareKnownGood',
    answers: { 200: 'AliasView' },
    refusals: ['version-rejected', 'version-not-served', 'version-not-found', 'alias-not-found', ...MOVED, ...BODY],
    acts: true,
  },
  [`get ${ONE_ALIAS}/rollbacks`]: { id: 'listRollbacks', answers: { 200: 'RollbackView[]' }, refusals: MODEL },
  [`get ${ONE_ALIAS}/rollbacks/{id}`]: {
    id: 'getRollback',
    answers: { 200: 'RollbackView' },
    refusals: ['rollback-not-found', ...MODEL],
  },

  [`put ${ONE_ALIAS}/reports/{controller}`]: {
    id: 'report',
    answers: { 200: 'ReportView' },
    refusals: ['model-not-found', 'version-not-found', ...BODY],
  },
  [`get ${ONE_ALIAS}/reports`]: { id: 'listReports', answers: { 200: 'ReportView[]' }, refusals: MODEL },

  'get /v1/jobs': { id: 'listFailedJobs', answers: { 200: 'JobView[]' }, refusals: QUEUE },
  'get /v1/jobs/summary': {
    id: 'summariseJobs',
    answers: { 200: 'JobSummaryView' },
    refusals: [...QUEUE, ...DATABASE],
  },
  'post /v1/jobs/{job}/retry': {
    id: 'retryJob',
    answers: { 202: 'RetriedJobView' },
    refusals: ['job-not-found', 'job-not-failed', ...QUEUE],
  },
  [`get ${NODES}`]: { id: 'listNodes', answers: { 200: 'NodeView[]' }, refusals: DATABASE },
  [`get ${ONE_NODE}`]: { id: 'getNode', answers: { 200: 'NodeDetailView' }, refusals: NODE },
  [`put ${ONE_NODE}`]: { id: 'registerNode', answers: { 200: 'NodeView' }, refusals: ['node-taken', ...BODY] },
  [`delete ${ONE_NODE}`]: {
    id: 'deleteNode',
    answers: { 204: '' },
    refusals: ['node-reporting', 'node-changed', 'planning', ...NODE],
  },
  [`put ${ONE_NODE}/residency`]: {
    id: 'reportResidency',
    answers: { 200: 'ResidencyAcceptedView' },
    refusals: ['node-not-found', 'node-taken', ...BODY],
  },
  [`get ${ONE_NODE}/assignments`]: {
    id: 'getAssignments',
    answers: { 200: 'AssignmentsView', 304: '' },
    refusals: NODE,
  },
  [`get ${ONE_MODEL}/residency`]: { id: 'getModelResidency', answers: { 200: 'ModelResidencyView' }, refusals: MODEL },

  [`put ${ARTIFACT}`]: {
    id: 'uploadArtifact',
    answers: { 200: 'UploadView', 201: 'UploadView' },
    refusals: ['upload-mismatch', 'upload-incomplete', ...STORE],
  },
  [`get ${ARTIFACT}`]: {
    id: 'downloadArtifact',
    answers: { 200: 'bytes', 206: 'bytes' },
    refusals: ['artifact-not-found', 'range-outside', ...STORE],
    headers: BYTES,
  },
  [`head ${ARTIFACT}`]: {
    id: 'hasArtifact',
    answers: { 200: '', 206: '' },
    refusals: ['artifact-not-found', 'range-outside', ...STORE],
    headers: BYTES,
  },
  'get /v1/watch': { id: 'watch', answers: { 200: 'events' }, refusals: [] },

  'get /healthz': { id: 'isAlive', answers: { 200: 'Alive' }, refusals: [] },
  'get /readyz': { id: 'isReady', answers: { 200: 'Ready' }, refusals: [] },
};
