import { Injectable, Param, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { refuseField } from '../../contract/refusal.js';
import { aliasNameProblem, modelNameProblem } from '../../domain/names.js';
import { nodeNameProblem } from '../../domain/node.js';
import { parseVersion, versionProblem } from '../../domain/version-number.js';
import { RefusedException } from './refused.exception.js';

@Injectable()
class CheckedParam implements PipeTransform<string, string> {
  constructor(private readonly problemOf: (value: unknown) => string | null) {}

  transform(value: string, { data }: ArgumentMetadata): string {
    const problem = this.problemOf(value);
    if (problem) throw new RefusedException(refuseField(data ?? 'parameter', value, problem));
    return value;
  }
}

@Injectable()
class VersionPipe implements PipeTransform<string, number> {
  transform(value: string): number {
    const version = parseVersion(value);
    if (version === null) throw new RefusedException(refuseField('version', value, versionProblem(value) ?? ''));
    return version;
  }
}

/** The `{model}` of the address, refused by name where it cannot be one. */
export const ModelParam = () => Param('model', new CheckedParam(modelNameProblem));

/** The `{alias}` of the address, refused by name where it cannot be one. */
export const AliasParam = () => Param('alias', new CheckedParam(aliasNameProblem));

/** The `{node}` of the address, refused by name where it cannot be one. */
export const NodeParam = () => Param('node', new CheckedParam(nodeNameProblem));

/** The `{version}` of the address, as a number: `v184` and `184` are the same. */
export const VersionParam = () => Param('version', new VersionPipe());
