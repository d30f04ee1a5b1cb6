import type { ResolutionView } from '../contract/views.js';
import { LastgoodError } from './errors.js';
import type { CallOptions } from './inputs.js';
import type { LastGoodFile } from './last-good-file.js';
import { aliasPath } from './paths.js';
import type { Resolution } from './resolution.js';
import type { Transport } from './transport.js';

export interface ResolveOptions extends CallOptions {
  /** `strong` reads the database, not a replica's memory, and never the last-good file. */
  consistency?: 'strong';
}

/** Told about trouble that the client rides out: a lost connection, an alias that is not there yet, an unusable file. */
export type OnTrouble = (error: Error) => void;

/** Asks the registry what an alias means, and how old its answer is. */
export async function resolveAtRegistry(
  transport: Transport,
  model: string,
  alias: string,
  { consistency, ...options }: ResolveOptions = {},
): Promise<Resolution> {
  const { headers, body } = await transport.json<ResolutionView>({
    method: 'GET',
    path: aliasPath(model, alias, 'resolve'),
    query: { consistency },
    repeatable: true,
    ...options,
  });
  return { ...body, source: 'registry', ageSeconds: Number(headers.get('age') ?? 0) };
}

/** Whether the registry failed, rather than said no: only then may an older answer stand in. */
export function registryIsDown(error: unknown): error is Error {
  if (error instanceof LastgoodError) return error.status >= 500;
  return error instanceof Error && error.name === 'LastgoodUnreachable';
}

/** The saved answer after `failure`. Throws `failure` when there is none, or none that can be used. */
export async function fromFile(file: LastGoodFile, failure: Error, onTrouble: OnTrouble): Promise<Resolution> {
  const kept = await file.read().catch((damage: Error) => {
    onTrouble(damage);
    return null;
  });
  if (kept === null) throw failure;
  onTrouble(failure);
  return kept;
}

/** Saves an answer of the registry; a disk that cannot take it is trouble, not a failure. */
export async function keep(file: LastGoodFile, resolution: Resolution, onTrouble: OnTrouble): Promise<void> {
  const { source: _source, ageSeconds: _age, ...view } = resolution;
  await file.save(view).catch(onTrouble);
}
