import { digestOf } from '../../src/domain/digest.js';
import { IMAGE_MANIFEST, OciPusher, StoredBlob, type Pushed } from '../support/oci-push.js';
import { startOciServer, type OciServer } from '../support/oci-server.js';
import { startTokenServer, type TokenServer } from '../support/oci-token-server.js';
import { FaultStage } from './fault-stage.js';

const REPOSITORY = 'team/served';
const OTHER_PLATFORM = { os: 'linux', architecture: 'arm64' };
const PLATFORM = { os: 'linux', architecture: 'amd64' };
/** The bytes of the weights, and of the one layer of the image. */
export const WEIGHTS = Buffer.from('the recorded weights');
export const LAYER = Buffer.from('the layer of the image');

/** A version with weights and an image for two platforms, both by digest, in a registry that wants tokens. */
export interface OciFaultPlace {
  readonly stage: FaultStage;
  readonly registry: OciServer;
  readonly tokens: TokenServer;
  /** What was pushed, and so can be taken away, damaged and pushed again. */
  readonly weights: { readonly manifest: Pushed; readonly blob: Pushed };
  readonly image: { readonly index: Pushed; readonly manifest: Pushed; readonly layer: Pushed };
  readonly push: () => OciPusher;
  /** Pushes everything again; what is there already stays as it is. */
  readonly pushAll: () => Promise<void>;
  /** A blob or manifest in the folder of the registry. */
  readonly stored: (one: Pushed) => StoredBlob;
  close(): Promise<void>;
}

/** Starts a registry with a token server, pushes to it, and opens a stage on it. */
export async function ociFaultPlace(): Promise<OciFaultPlace> {
  const tokens = await startTokenServer();
  // So short that none is kept: a permission that is withdrawn shows at once.
  tokens.lifetime = 1;
  const registry = await startOciServer(tokens.auth);
  const push = (): OciPusher => {
    const token = tokens.issue(`repository:${REPOSITORY}:pull,push,delete`);
    return new OciPusher(registry.host, REPOSITORY, `Bearer ${token}`);
  };
  const { weights, image } = await pushVersion(push());
  const hosts = [registry.host, tokens.host].map((host) => `http://${host}`);
  const env = {
    LASTGOOD_OCI_ALLOWED_HOSTS: hosts.join(','),
    LASTGOOD_OCI_CREDENTIALS: JSON.stringify({ [registry.host]: tokens.user }),
    LASTGOOD_ALLOWED_NETWORKS: '127.0.0.0/8',
    LASTGOOD_PIN_INTERVAL_SECONDS: '1',
  };
  const subjects = { weights: push().uriOf(weights.manifest), image: push().imageOf(image.index) };
  const artifact = { uri: subjects.weights, digest: digestOf(WEIGHTS), size: WEIGHTS.length, path: 'weights.bin' };
  const record = { artifacts: [artifact], image: subjects.image };
  const stage = await FaultStage.open(env, { record, subjects });
  return {
    stage,
    registry,
    tokens,
    weights,
    image,
    push,
    pushAll: async () => void (await pushVersion(push())),
    stored: (one) => new StoredBlob(registry.folder, one),
    close: async () => {
      await stage.api.close();
      await registry.close();
      await tokens.close();
    },
  };
}

// The same bytes each time, so the same digests.
async function pushVersion(push: OciPusher): Promise<Pick<OciFaultPlace, 'weights' | 'image'>> {
  const blob = await push.blob(WEIGHTS, 'application/octet-stream');
  const layer = await push.blob(LAYER);
  const manifest = await push.manifest([layer]);
  const other = await push.manifest([await push.blob(Buffer.from('for another platform'))]);
  const index = await push.index([
    { ...other, platform: OTHER_PLATFORM },
    { ...manifest, platform: PLATFORM },
  ]);
  return {
    weights: { manifest: await push.manifest([blob], IMAGE_MANIFEST, 'weights'), blob },
    image: { index, manifest, layer },
  };
}
