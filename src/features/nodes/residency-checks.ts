import { Injectable } from '@nestjs/common';
import type { NewestCheck } from '../../domain/readiness-evidence.js';
import { HoldingRepository, type HoldingRow } from './holding.repository.js';
import { residencyCheck } from './make-plans.js';

/**
 * Checks of the kind `residency`, made when somebody asks: what the nodes of a version's pool said last is on record
 * anyway, and is as old as their last report. The history of checks has only the moments at which it changed.
 */
@Injectable()
export class ResidencyChecks {
  constructor(private readonly holdings: HoldingRepository) {}

  /** One check of each version on each node of its pool; null where no node is registered at all. */
  async ofVersions(modelId: number, versions: readonly number[], now: Date): Promise<NewestCheck[] | null> {
    const rows = await this.holdings.ofVersions(modelId, versions);
    if (rows.length === 0 && !(await this.holdings.anyNode())) return null;
    return rows.map((row) => checkOf(row, now));
  }
}

function checkOf(row: HoldingRow, now: Date): NewestCheck {
  const { node, version, reporting, reportedAt, residedAt, state, weights, image, since, plan } = row;
  const reason = weights?.reason ?? image?.reason ?? null;
  const held = state && weights && { state, bytesDone: weights.bytesDone, bytesTotal: weights.bytesTotal, reason };
  const noRoom = plan?.fits === false ? plan.waitsFor : null;
  const found = residencyCheck({ reporting, reportedAt, held, noRoom });
  // That a node is silent is seen now. What one holds is as old as its word on it: its lease says only that it is there.
  const observedAt = reporting ? (residedAt ?? reportedAt) : now;
  return {
    version,
    kind: 'residency',
    subject: node,
    ...found,
    observedAt,
    since: reporting ? (since ?? observedAt) : reportedAt,
  };
}
