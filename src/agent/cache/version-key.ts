import { modelNameProblem } from '../../domain/names.js';
import { formatVersion, parseVersion } from '../../domain/version-number.js';

/** Which version of which model. */
export interface VersionKey {
  readonly model: string;
  readonly version: number;
}

/** `fraud/v184`: the version's folder below `models/`, and its name in maps. Throws a TypeError for what is no version. */
export function nameOf({ model, version }: VersionKey): string {
  const problem = modelNameProblem(model);
  if (problem !== null) throw new TypeError(`the model name ${JSON.stringify(model)} ${problem}`);
  if (parseVersion(version) === null) throw new TypeError(`${JSON.stringify(version)} is no version's number`);
  return `${model}/${formatVersion(version)}`;
}

/** The version that `nameOf` named, or null for any other text. */
export function keyOf(name: string): VersionKey | null {
  const [model = '', written = '', ...more] = name.split('/');
  const version = parseVersion(written);
  if (version === null || more.length > 0 || modelNameProblem(model) !== null) return null;
  return written === formatVersion(version) ? { model, version } : null;
}
