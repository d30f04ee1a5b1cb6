import type { Problem } from '../../../src/contract/problem.js';
import type { AliasView, ResolutionView, RollbackView } from '../../../src/contract/views.js';
import { REFUSALS, type AliasInput, type AliasResult, type RefusalCode, type Shown } from './alias-operation.js';
import { ascending } from './alias-state.js';

// Longer than a replica waits for its database, so that what it has to say is heard.
const PATIENCE_MS = 15_000;

/** Which alias is meant. */
export interface AliasName {
  readonly model: string;
  readonly alias: string;
}

/** How to read an alias: by its page, by a resolve from the database, or by one from the replica's memory. */
export type ReadPath = 'page' | 'strong' | 'memory';

/** What came of a request. */
export type Answer =
  | { readonly kind: 'answered'; readonly result: AliasResult }
  /** It may have happened, or may yet. `saysUnchanged`: the replica gave its word that it did not and will not. */
  | { readonly kind: 'unknown'; readonly why: string; readonly saysUnchanged: boolean }
  /** The replica never got it. */
  | { readonly kind: 'unsent' };

/** Asks a replica for one operation on an alias. `reason` marks the change in the history. Throws on an answer that is never right. */
export async function askAlias(
  url: string,
  name: AliasName,
  input: AliasInput,
  { reason, path }: { reason: string; path: ReadPath },
): Promise<Answer> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(`${url}${aliasPath(name)}${routeOf(input, path)}`, {
      ...requestOf(input, reason),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    body = await response.json();
  } catch (error) {
    const why = reasonOf(error);
    return why === 'ECONNREFUSED' ? { kind: 'unsent' } : { kind: 'unknown', why, saysUnchanged: false };
  }
  if (response.ok) return { kind: 'answered', result: resultOf(input, path, body) };
  const problem = body as Problem;
  if (response.status >= 500) {
    const saysUnchanged = problem.code === 'database-unavailable';
    return { kind: 'unknown', why: `${response.status} ${problem.code}`, saysUnchanged };
  }
  const code = REFUSALS.find((one) => one === problem.code);
  if (code === undefined) throw new Error(`${JSON.stringify(input)} of ${name.alias}: ${JSON.stringify(problem)}`);
  return { kind: 'answered', result: { kind: 'refused', code, shown: shownByRefusal(code, problem) } };
}

/** Where the API has an alias. */
export function aliasPath({ model, alias }: AliasName): string {
  return `/v1/models/${model}/aliases/${alias}`;
}

function routeOf({ kind }: AliasInput, path: ReadPath): string {
  if (kind === 'rollBack') return '/rollback';
  if (kind === 'clear') return '/clear';
  if (kind === 'move' || path === 'page') return '';
  return path === 'strong' ? '/resolve?consistency=strong' : '/resolve';
}

function requestOf(input: AliasInput, reason: string): RequestInit {
  if (input.kind === 'read') return {};
  const headers = { 'content-type': 'application/json', 'lastgood-actor': 'client' };
  if (input.kind === 'rollBack') {
    const from = input.from === null ? {} : { from: input.from };
    return { method: 'POST', headers, body: JSON.stringify({ reason, ...from }) };
  }
  const body = JSON.stringify({ reason, version: input.version });
  if (input.kind === 'clear') return { method: 'POST', headers, body };
  const { ifRevision } = input;
  return {
    method: 'PUT',
    headers: ifRevision === null ? headers : { ...headers, 'if-match': `"${ifRevision}"` },
    body,
  };
}

function resultOf(input: AliasInput, path: ReadPath, body: unknown): AliasResult {
  if (input.kind === 'rollBack') {
    const { from, to, revision } = body as RollbackView;
    return { kind: 'rolledBack', from, to, revision };
  }
  if (input.kind !== 'read' || path === 'page') return { kind: 'shown', shown: shownByPage(body as AliasView) };
  const { version, revision, keepWarm } = body as ResolutionView;
  return { kind: 'shown', shown: { version, revision, target: keepWarm[0]?.version ?? null } };
}

function shownByPage({ version, revision, rollbackTarget, rejected }: AliasView): Shown {
  return { version, revision, target: rollbackTarget?.version ?? null, rejected: ascending(rejected) };
}

function shownByRefusal(code: RefusalCode, { current }: Problem): Shown | null {
  return code === 'revision-stale' || code === 'from-not-live' ? shownByPage(current as AliasView) : null;
}

// fetch reports a broken connection as a TypeError around the socket's error.
function reasonOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: string; message?: string }; name?: string };
  return cause?.code ?? cause?.message ?? name ?? String(error);
}
