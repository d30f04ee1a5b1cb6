import { Injectable } from '@nestjs/common';
import { recordDigest, type VersionRecord } from '../../domain/version-record.js';
import { formatVersion } from '../../domain/version-number.js';
import { Refusal } from '../../contract/refusal.js';
import type { RegisterVersionRequest } from '../../contract/requests/version.request.js';
import type { VersionView } from '../../contract/views.js';
import { OutboxRepository } from '../../platform/queue/index.js';
import { ArtifactStores } from '../artifacts/index.js';
import { CHECK_VERSION, RoundRepository } from '../checks/index.js';
import { ModelRepository } from '../models/index.js';
import { RegistrationTurns } from './registration-turns.js';
import { toRecord } from './to-record.js';
import type { VersionEntity } from './version.entity.js';
import { VersionRepository } from './version.repository.js';
import { versionView } from './version.view.js';
import { Transactions, type Transaction } from '../../platform/database/transactions.js';

/** Who registers what; `key` is the Idempotency-Key, if any. */
export interface Registration {
  model: string;
  body: RegisterVersionRequest;
  actor: string;
  key: string | null;
}

type Registered = { row: VersionEntity; created: boolean };

/**
 * Registers a version: the next number for a new record, the version that exists for a known one. One transaction
 * holds the model's row, so two pipelines that race take turns, and a lost answer can simply be asked for again.
 */
@Injectable()
export class RegisterVersion {
  constructor(
    private readonly transactions: Transactions,
    private readonly models: ModelRepository,
    private readonly versions: VersionRepository,
    private readonly stores: ArtifactStores,
    private readonly outbox: OutboxRepository,
    private readonly rounds: RoundRepository,
    private readonly turns: RegistrationTurns,
  ) {}

  async execute(registration: Registration): Promise<{ view: VersionView; created: boolean } | Refusal> {
    const record = await toRecord(registration.body, (uri) => this.stores.uriProblem(uri));
    if (record instanceof Refusal) return record;
    // Before the turn: a record of ten thousand artifacts is not hashed while others wait for the model's row.
    const digest = recordDigest(record);
    const done = await this.turns.run(registration.model, () =>
      this.transactions.run((transaction) => this.register(transaction, registration, { ...record, digest })),
    );
    if (done instanceof Refusal) return done;
    const pointers = done.created ? [] : await this.versions.aliasesOf(done.row.modelId, [done.row.version]);
    return { view: versionView(registration.model, done.row, pointers), created: done.created };
  }

  private async register(
    transaction: Transaction,
    { model, body, actor, key }: Registration,
    record: VersionRecord & { digest: string },
  ): Promise<Registered | Refusal> {
    if (body.createModel)
      await this.models.add({ name: model, description: '', labels: {}, createdBy: actor }, transaction);
    const locked = await this.versions.lockModel(transaction, model);
    if (!locked) return (await this.models.require(model, transaction)) as Refusal;

    const { digest } = record;
    const keyed = key === null ? null : await this.versions.byKey(transaction, locked.id, key);
    if (keyed) return keyed.digest === digest ? { row: keyed, created: false } : keyTaken(model, key, keyed.version);

    const same = await this.versions.byDigest(transaction, locked.id, digest);
    const { source = {}, labels = {}, metrics = {} } = body;
    const numbered = { modelId: locked.id, version: locked.nextVersion };
    const row =
      same ??
      (await this.versions.add(transaction, {
        ...numbered,
        ...record,
        source,
        labels,
        metrics,
        createdBy: actor,
      }));
    if (key !== null) await this.versions.rememberKey(transaction, locked.id, key, row.version);
    if (!same) await this.schedule(transaction, { modelId: locked.id, version: row.version });
    return { row, created: !same };
  }

  private async schedule(transaction: Transaction, key: { modelId: number; version: number }): Promise<void> {
    await this.rounds.add(transaction, key);
    await this.outbox.append(transaction, [CHECK_VERSION.with(key)]);
  }
}

function keyTaken(model: string, key: string | null, version: number): Refusal {
  return new Refusal(
    'idempotency-key-reused',
    `Idempotency-Key ${key} registered ${model} ${formatVersion(version)} from another record. Use a new key for a new record.`,
  );
}
