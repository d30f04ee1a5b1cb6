import type { CheckView, RecordView, VersionView } from '../client/index.js';
import { MOST_ROWS, newestTable } from './check-table.js';
import { ago, bytes, versionName } from './format.js';
import type { Shell } from './shell.js';
import { pairs } from './show-model.js';
import { fields, table } from './table.js';

/** A version as `lastgood show` prints it: its whole record with full digests, where it came from, and its checks. */
export function versionText(shell: Shell, version: VersionView, checks: CheckView[]): string {
  const about = fields(shell, [
    ['model', shell.paint.bold(version.model)],
    ['version', shell.paint.bold(versionName(version.version))],
    ...recordFields(version),
    ['source', pairs(version.source)],
    ['labels', pairs(version.labels)],
    ['metrics', pairs(version.metrics)],
    ['aliases', version.aliases.join(', ') || '–'],
    ['created', `${ago(version.createdAt, shell.now())} by ${version.createdBy} (${version.createdAt})`],
  ]);
  const seen = checks.length === 0 ? 'No checks yet.' : newestTable(shell, checks);
  return [about, artifactTable(shell, version), seen].filter((part) => part !== '').join('\n\n');
}

/** The immutable part in full, artifacts left out. */
export function recordFields({ digest, image, env, serving, configDigest }: RecordView): [string, string][] {
  const variables = Object.entries(env).map(([name, value]) =>
    typeof value === 'string' ? `${name}=${value}` : `${name} from ${value.secretRef}`,
  );
  return [
    ['digest', digest],
    ['image', image ?? ''],
    ['env', variables.join('\n')],
    ['serving', Object.keys(serving).length === 0 ? '' : JSON.stringify(serving, null, 2)],
    ['config digest', configDigest],
  ];
}

/** The artifacts of a record with full digests; empty when it has none. */
export function artifactTable(shell: Shell, { artifacts }: RecordView): string {
  if (artifacts.length === 0) return '';
  const shown = artifacts.slice(0, MOST_ROWS);
  const rows = shown.map(({ path, size, digest, uri }) => [path, bytes(size), digest, uri]);
  const drawn = table(shell, ['ARTIFACT', 'SIZE', 'DIGEST', 'WHERE'], rows);
  if (artifacts.length === shown.length) return drawn;
  const size = artifacts.reduce((sum, artifact) => sum + artifact.size, 0);
  return `${drawn}\n\n${artifacts.length} artifacts in all, ${bytes(size)}; --json shows each`;
}
