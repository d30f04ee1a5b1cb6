import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { configDigest, servesAsRecorded } from '../../domain/config-digest.js';
import { CONFIG_REPEATED_SECONDS } from '../../domain/readiness-ages.js';
import { formatVersion } from '../../domain/version-number.js';
import { RepeatedErrors } from '../../platform/telemetry/repeated-errors.js';
import { nestLog } from '../../platform/telemetry/structured-log.js';
import { RecordChecks, type Observation } from '../checks/index.js';
import type { RecordedConfig } from '../versions/index.js';
import { ConfigSeenRepository, type ConfigSubject, type SeenConfig } from './config-seen.repository.js';
import type { ReportEntity } from './report.entity.js';

// An observation that is younger, and says the same, is not repeated at every heartbeat.
const REPEATED_AFTER_MS = CONFIG_REPEATED_SECONDS * 1000;
/** How long nothing is written after a write that failed. */
const PAUSE_MS = 10_000;
const AT_ONCE = 500;

/**
 * Keeps as observations of the kind `config` whether serving controllers run with the configuration that their version
 * records. It writes behind the reports' back, one statement at a time and the newest word of each controller only:
 * a report neither waits for it nor fails with it. What is lost in a failure comes again with the next heartbeat.
 */
@Injectable()
export class ConfigDrift implements OnModuleDestroy {
  private readonly waiting = new Map<string, Observation>();
  private readonly errors = new RepeatedErrors(nestLog('ConfigDrift'), 'cannot record what controllers run with');
  private writing: Promise<void> | null = null;
  private pausedUntil = 0;

  constructor(
    private readonly recordChecks: RecordChecks,
    private readonly seen: ConfigSeenRepository,
  ) {}

  /** Takes note of a report that was accepted, and of what the version that it names records. Returns at once. */
  note(report: ReportEntity, recorded: RecordedConfig): void {
    if (performance.now() < this.pausedUntil) return;
    const observation = observationOf(report, recorded);
    this.waiting.set(keyOf(observation), observation);
    this.writing ??= this.write();
  }

  async onModuleDestroy(): Promise<void> {
    await this.writing;
  }

  private async write(): Promise<void> {
    try {
      while (this.waiting.size > 0) {
        const next = [...this.waiting.values()].slice(0, AT_ONCE);
        for (const observation of next) this.waiting.delete(keyOf(observation));
        const before = new Map((await this.seen.newest(next)).map((row) => [keyOf(row), row]));
        await this.recordChecks.execute(
          next.filter((observation) => tellsMore(observation, before.get(keyOf(observation)))),
        );
      }
    } catch (error) {
      this.waiting.clear();
      this.pausedUntil = performance.now() + PAUSE_MS;
      this.errors.report(error);
    } finally {
      this.writing = null;
    }
  }
}

function keyOf({ modelId, version, subject }: ConfigSubject): string {
  return `${modelId}/${version}/${subject}`;
}

function tellsMore({ state, evidence, observedAt }: Observation, before: SeenConfig | undefined): boolean {
  if (!before || before.state !== state || before.reported !== evidence['reported']) return true;
  return observedAt.getTime() - before.observedAt.getTime() >= REPEATED_AFTER_MS;
}

function observationOf(report: ReportEntity, recorded: RecordedConfig): Observation {
  const { modelId, version, alias, controller, replicas } = report;
  const same = servesAsRecorded(report.configDigest, recorded);
  const evidence = { reported: report.configDigest, recorded: configDigest(recorded), replicas };
  const name = formatVersion(version);
  const said =
    `${controller} runs with another configuration than ${name} records: restart it with the env and serving config of ` +
    `${name}, or register what it runs with as a new version`;
  return {
    modelId,
    version,
    kind: 'config',
    subject: `${alias}/${controller}`,
    state: same ? 'present' : 'changed',
    evidence: same ? evidence : { ...evidence, said },
    durationMs: 0,
    observedAt: report.reportedAt,
  };
}
