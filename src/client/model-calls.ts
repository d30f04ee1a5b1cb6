import type { CheckRequestView, CheckRoundsView, CheckView, ModelView, Page, VersionView } from '../contract/views.js';
import type {
  CallOptions,
  CheckHistoryInput,
  ModelEdit,
  ModelInput,
  PageInput,
  Registration,
  VersionInput,
  VersionListInput,
} from './inputs.js';
import { modelPath } from './paths.js';
import type { Call, Transport } from './transport.js';

type Versions = number | string;

/** The calls about models and their versions. */
export class ModelCalls {
  constructor(protected readonly transport: Transport) {}

  /** Creates a model. Refused with `model-exists` when the name is taken. */
  createModel(model: ModelInput, options?: CallOptions): Promise<ModelView> {
    return this.body({ method: 'POST', path: '/v1/models', json: model, ...options });
  }

  listModels(page?: PageInput, options?: CallOptions): Promise<Page<ModelView>> {
    return this.read('/v1/models', { ...page }, options);
  }

  getModel(model: string, options?: CallOptions): Promise<ModelView> {
    return this.read(modelPath(model), {}, options);
  }

  /** Replaces the description or the labels; nothing else of a model can be edited. */
  updateModel(model: string, edit: ModelEdit, options?: CallOptions): Promise<ModelView> {
    return this.body({ method: 'PATCH', path: modelPath(model), json: edit, repeatable: true, ...options });
  }

  /** Deletes a model that has no versions yet. Models with versions are kept. */
  async deleteModel(model: string, options?: CallOptions): Promise<void> {
    await this.transport.head({ method: 'DELETE', path: modelPath(model), ...options });
  }

  /**
   * Registers a version. The same record again answers with the version that it already has, so this call may be
   * repeated freely; `idempotencyKey` makes a repeat with another record a refusal.
   */
  async registerVersion(
    model: string,
    version: VersionInput,
    options: CallOptions & { idempotencyKey?: string } = {},
  ): Promise<Registration> {
    const { idempotencyKey, ...rest } = options;
    const headers = idempotencyKey === undefined ? undefined : { 'idempotency-key': idempotencyKey };
    const path = modelPath(model, 'versions');
    const call: Call = { method: 'POST', path, json: version, headers, repeatable: true, ...rest };
    const { status, body } = await this.transport.json<VersionView>(call);
    return { version: body, created: status === 201 };
  }

  /** Versions of a model, newest first. */
  listVersions(model: string, page?: VersionListInput, options?: CallOptions): Promise<Page<VersionView>> {
    return this.read(modelPath(model, 'versions'), { ...page }, options);
  }

  getVersion(model: string, version: Versions, options?: CallOptions): Promise<VersionView> {
    return this.read(modelPath(model, 'versions', version), {}, options);
  }

  /** The newest observation about each thing that the version needs. */
  async checks(model: string, version: Versions, options?: CallOptions): Promise<CheckView[]> {
    const page = await this.read<{ items: CheckView[] }>(modelPath(model, 'versions', version, 'checks'), {}, options);
    return page.items;
  }

  /** Every observation of a version that is kept, newest first. */
  checkHistory(
    model: string,
    version: Versions,
    page?: CheckHistoryInput,
    options?: CallOptions,
  ): Promise<Page<CheckView>> {
    return this.read(modelPath(model, 'versions', version, 'checks', 'history'), { ...page }, options);
  }

  /** When all that a version needs was last looked at and read, and when it will be. */
  checkRounds(model: string, version: Versions, options?: CallOptions): Promise<CheckRoundsView> {
    return this.read(modelPath(model, 'versions', version, 'checks', 'rounds'), {}, options);
  }

  /** Asks for a check of a version now; with `deep`, for the reading of all bytes too. Asking twice does no harm. */
  askForCheck(
    model: string,
    version: Versions,
    ask: { deep?: boolean } = {},
    options?: CallOptions,
  ): Promise<CheckRequestView> {
    const path = modelPath(model, 'versions', version, 'checks');
    return this.body({ method: 'POST', path, json: ask, repeatable: true, ...options });
  }

  protected read<T>(path: string, query: Call['query'], options?: CallOptions): Promise<T> {
    return this.body({ method: 'GET', path, query, repeatable: true, ...options });
  }

  protected async body<T>(call: Call): Promise<T> {
    return (await this.transport.json<T>(call)).body;
  }
}
