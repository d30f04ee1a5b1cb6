import { Injectable } from '@nestjs/common';
import { changesOf, changeText, type CheckChange } from '../../domain/check-change.js';
import { formatVersion } from '../../domain/version-number.js';
import { nestLog, reasonOf } from '../../platform/telemetry/structured-log.js';
import { ProtectedVersions, type PointedVersion } from '../protection/index.js';
import type { VersionKey } from './check-jobs.js';
import type { Observation } from './check.entity.js';
import { CheckRepository, type Turned } from './check.repository.js';

/**
 * Keeps what was seen, and tells the log what turned between passing and not passing of a version that an alias points
 * at: once for a change, whichever process saw it, and after it was recorded.
 */
@Injectable()
export class RecordChecks {
  private readonly log = nestLog('Readiness');

  constructor(
    private readonly checks: CheckRepository,
    private readonly protectedVersions: ProtectedVersions,
  ) {}

  /** @throws what the database throws while this is recorded; telling the log of it fails nobody's job */
  async execute(observations: readonly Observation[]): Promise<void> {
    const turned = await this.checks.record(observations);
    try {
      for (const [key, ofVersion] of byVersion(turned)) await this.tell(key, changesOf(ofVersion));
    } catch (error) {
      this.log.warn({ reason: reasonOf(error) }, 'a change of checks could not be told');
    }
  }

  private async tell({ modelId, version }: VersionKey, changes: readonly CheckChange[]): Promise<void> {
    if (changes.length === 0) return;
    const pointed = await this.protectedVersions.pointed(modelId, version);
    if (pointed === null) return;
    for (const change of changes) {
      const level = change.judgement === 'pass' ? 'info' : 'warn';
      this.log[level](fieldsOf(pointed, change), messageOf(pointed, change));
    }
  }
}

function byVersion(turned: readonly Turned[]): Iterable<[VersionKey, Turned[]]> {
  const groups = new Map<string, [VersionKey, Turned[]]>();
  for (const one of turned) {
    const { modelId, version } = one;
    const group = groups.get(`${modelId}/${version}`);
    if (group === undefined) groups.set(`${modelId}/${version}`, [{ modelId, version }, [one]]);
    else group[1].push(one);
  }
  return groups.values();
}

function messageOf({ model, version, aliases }: PointedVersion, change: CheckChange): string {
  return `${model} ${formatVersion(version)} (${aliases.join(', ')}): ${changeText(change)}`;
}

// What a program that reads the log goes by.
function fieldsOf({ model, version, aliases }: PointedVersion, change: CheckChange): object {
  const { kind, state, was, judgement, count, subjects, said } = change;
  const what = { kind, state, was, judgement, count, subjects, ...(said === null ? {} : { said }) };
  return { model, version: formatVersion(version), aliases, ...what };
}
