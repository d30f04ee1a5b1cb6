import type { ErrorCode } from '../client/index.js';

/** What a command is about, as far as its arguments say. */
export interface Subject {
  model?: string;
  alias?: string;
  version?: number;
}

type Hint = (subject: Required<Subject>) => string;

const show: Hint = ({ model }) => `lastgood show ${model}`;
const versions: Hint = ({ model }) => `lastgood versions ${model}`;
const aliasFlag = (alias: string): string => (alias === 'production' ? '' : ` --alias ${alias}`);

const HINTS: Partial<Record<ErrorCode, Hint>> = {
  'model-not-found': () => 'lastgood models',
  'version-not-found': versions,
  'alias-not-found': show,
  'model-exists': show,
  'version-rejected': ({ model, alias, version }) =>
    `lastgood clear ${model} v${version}${aliasFlag(alias)} --reason "why it may serve again"`,
  'version-not-rejected': show,
  'no-rollback-target': versions,
  'from-not-live': show,
  'already-live': show,
  'revision-stale': show,
  'outcome-unknown': show,
  'alias-paired': show,
  'node-not-found': () => 'lastgood nodes',
  'node-reporting': () => 'lastgood nodes',
  'node-changed': () => 'lastgood nodes',
  'job-not-found': () => 'lastgood jobs',
  'job-not-failed': () => 'lastgood jobs',
  unauthorized: () => 'export LASTGOOD_TOKEN=<token>',
};

/** The command that helps after a refusal, where one does and its arguments are known. */
export function nextCommand(code: ErrorCode, { model, alias = 'production', version }: Subject): string | undefined {
  const hint = HINTS[code];
  if (hint === undefined || (model === undefined && hint.length > 0)) return undefined;
  if (code === 'version-rejected' && version === undefined) return show({ model: model ?? '', alias, version: 0 });
  return hint({ model: model ?? '', alias, version: version ?? 0 });
}
