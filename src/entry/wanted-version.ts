import { knownVersion } from '../agent/pull/index.js';
import { splitName, usage } from '../cli/index.js';
import { LastgoodError, LastgoodUnreachable, type LastgoodClient } from '../client/index.js';
import { aliasNameProblem, modelNameProblem } from '../domain/names.js';
import { parseVersion } from '../domain/version-number.js';
import type { Artifact } from '../domain/version-record.js';

/** Which version a name means, what it consists of, and how that is known. */
export interface WantedVersion {
  readonly model: string;
  readonly version: number;
  readonly artifacts: readonly Artifact[];
  readonly source: 'registry' | 'last-good-file' | 'cache';
  readonly ageSeconds: number;
}

/**
 * What `model@alias` means now, or `model@v184`, or `model` (its production). With the registry away, an alias means
 * what it did last, and a version is what this node's cache knows it to be. Throws what the client's calls throw.
 */
export async function wantedVersion(
  client: LastgoodClient,
  name: string,
  cache: string | null,
): Promise<WantedVersion> {
  const { model, alias } = splitName(name);
  const modelProblem = modelNameProblem(model);
  if (modelProblem !== null) throw usage(`the model name ${JSON.stringify(model)} ${modelProblem}.`);
  // An alias may be called v184 too; whoever has one says what it points at by its number.
  const version = parseVersion(alias);
  if (version !== null) return certainVersion(client, model, version, cache);
  const aliasProblem = aliasNameProblem(alias);
  if (aliasProblem !== null)
    throw usage(`the alias ${JSON.stringify(alias)} ${aliasProblem}, or be a version such as v184.`);
  const resolution = await client.resolve(model, alias);
  const { record, source, ageSeconds } = resolution;
  return { model, version: resolution.version, artifacts: record.artifacts, source, ageSeconds };
}

async function certainVersion(
  client: LastgoodClient,
  model: string,
  version: number,
  cache: string | null,
): Promise<WantedVersion> {
  try {
    const { artifacts } = await client.getVersion(model, version);
    return { model, version, artifacts, source: 'registry', ageSeconds: 0 };
  } catch (error) {
    const known = cache !== null && isDown(error) ? await knownVersion(cache, { model, version }) : null;
    if (known === null) throw error;
    return { model, version, artifacts: known, source: 'cache', ageSeconds: 0 };
  }
}

function isDown(error: unknown): boolean {
  return error instanceof LastgoodUnreachable || (error instanceof LastgoodError && error.status >= 500);
}
