import type { AliasChangeView, AliasView, Page, ReadinessView, ReportView, RollbackView } from '../contract/views.js';
import type {
  CallOptions,
  ConfigureAliasInput,
  PageInput,
  PromoteInput,
  ReportInput,
  RollBackInput,
  VouchInput,
} from './inputs.js';
import { ModelCalls } from './model-calls.js';
import { aliasPath, modelPath } from './paths.js';

/** The calls about aliases: moving them, moving them back, and what is said about them. */
export class AliasCalls extends ModelCalls {
  /** All aliases of a model, the paired ones too. */
  async listAliases(model: string, options?: CallOptions): Promise<AliasView[]> {
    return (await this.read<{ items: AliasView[] }>(modelPath(model, 'aliases'), {}, options)).items;
  }

  getAlias(model: string, alias: string, options?: CallOptions): Promise<AliasView> {
    return this.read(aliasPath(model, alias), {}, options);
  }

  /**
   * Points an alias at a version. With `ifRevision`, refused with `revision-stale` once somebody else moved it.
   * A lost answer is not asked for again: the repeat could undo a move that somebody made in between.
   */
  promote(model: string, alias: string, move: PromoteInput, options?: CallOptions): Promise<AliasView> {
    const { ifRevision, ...json } = move;
    const headers = ifRevision === undefined ? undefined : { 'if-match': `"${ifRevision}"` };
    return this.body({ method: 'PUT', path: aliasPath(model, alias), json, headers, ...options });
  }

  async deleteAlias(model: string, alias: string, reason: string, options?: CallOptions): Promise<void> {
    await this.transport.head({ method: 'DELETE', path: aliasPath(model, alias), query: { reason }, ...options });
  }

  /** Moves of an alias, newest first; with `at` (RFC 3339), the one that was in force then. */
  history(
    model: string,
    alias: string,
    page?: PageInput & { at?: string },
    options?: CallOptions,
  ): Promise<Page<AliasChangeView>> {
    return this.read(aliasPath(model, alias, 'history'), { ...page }, options);
  }

  /**
   * Rolls an alias back to its rollback target, or to `to`. Name in `from` the version you saw live: two callers that
   * name the same one step back once and get the same record, which also lets a lost answer be asked for again.
   */
  rollBack(model: string, alias: string, rollback: RollBackInput, options?: CallOptions): Promise<RollbackView> {
    const path = aliasPath(model, alias, 'rollback');
    return this.body({ method: 'POST', path, json: rollback, repeatable: rollback.from !== undefined, ...options });
  }

  listRollbacks(model: string, alias: string, page?: PageInput, options?: CallOptions): Promise<Page<RollbackView>> {
    return this.read(aliasPath(model, alias, 'rollbacks'), { ...page }, options);
  }

  getRollback(model: string, alias: string, id: number, options?: CallOptions): Promise<RollbackView> {
    return this.read(aliasPath(model, alias, 'rollbacks', id), {}, options);
  }

  /** Whether rolling the alias back now would work: the newest checks of its rollback target, as a checklist. */
  readiness(model: string, alias: string, options?: CallOptions): Promise<ReadinessView> {
    return this.read(aliasPath(model, alias, 'readiness'), {}, options);
  }

  /** Lifts the rejection of a version under an alias, so that it can be promoted there again. */
  clearRejection(model: string, alias: string, clear: VouchInput, options?: CallOptions): Promise<AliasView> {
    return this.body({ method: 'POST', path: aliasPath(model, alias, 'clear'), json: clear, ...options });
  }

  /** Declares a version known good that served before the registry watched it. */
  declareKnownGood(model: string, alias: string, vouch: VouchInput, options?: CallOptions): Promise<AliasView> {
    return this.body({ method: 'POST', path: aliasPath(model, alias, 'known-good'), json: vouch, ...options });
  }

  /** Sets the alias's soak window. */
  configureAlias(
    model: string,
    alias: string,
    configuration: ConfigureAliasInput,
    options?: CallOptions,
  ): Promise<AliasView> {
    return this.body({ method: 'PATCH', path: aliasPath(model, alias), json: configuration, ...options });
  }

  /** Says what a serving controller serves now. A rollback's clock stops on these reports. */
  report(
    model: string,
    alias: string,
    controller: string,
    report: ReportInput,
    options?: CallOptions,
  ): Promise<ReportView> {
    const path = aliasPath(model, alias, 'reports', controller);
    return this.body({ method: 'PUT', path, json: report, repeatable: true, ...options });
  }

  /** The last report of each serving controller. */
  async reports(model: string, alias: string, options?: CallOptions): Promise<ReportView[]> {
    return (await this.read<{ items: ReportView[] }>(aliasPath(model, alias, 'reports'), {}, options)).items;
  }
}
