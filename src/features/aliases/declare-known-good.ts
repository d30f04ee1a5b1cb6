import { Injectable } from '@nestjs/common';
import { planDeclaration } from '../../domain/declare-known-good.js';
import { formatVersion } from '../../domain/version-number.js';
import { Refusal } from '../../contract/refusal.js';
import type { AliasView } from '../../contract/views.js';
import { AdjustAlias } from './adjust-alias.js';
import type { Vouching } from './clear-rejection.js';

/** Takes an operator's word that a version is known good, for models that served before Lastgood watched them. */
@Injectable()
export class DeclareKnownGood {
  constructor(private readonly adjustAlias: AdjustAlias) {}

  execute(vouching: Vouching): Promise<AliasView | Refusal> {
    const { model, alias, version } = vouching;
    return this.adjustAlias.execute({ ...vouching, action: 'declare', about: { version } }, (locked) => {
      const detail =
        `${model} ${formatVersion(version)} has not served under ${alias}, or is rejected there. ` +
        'Only a version that serves or served can be declared known good; clear a rejected one first.';
      return planDeclaration(locked, version, locked.now) ?? new Refusal('version-not-served', detail);
    });
  }
}
