import { LastgoodClient } from '../../../src/client/index.js';
import { startLastgood, type ListeningProcess } from '../../support/processes.js';
import { testFolder } from '../../support/run-folder.js';
import { plantedObjects, type PlantedObjects } from './planted-objects.js';
import { Pool } from './pool.js';

/** How long a node may be silent before it counts as gone. Agents renew each second. */
export const LEASE_SECONDS = 8;

/** A store and a registry, each a process of its own, for the pools of a test file. */
export interface Site {
  readonly objects: PlantedObjects;
  readonly registry: () => ListeningProcess;
  readonly client: LastgoodClient;
  /** Nodes and a model of their own. */
  pool(model: string): Pool;
  /** Starts the registry again after it ended, with the same data at the same address. */
  restartRegistry(): Promise<void>;
  close(): Promise<void>;
}

/** Starts both. */
export async function startSite(): Promise<Site> {
  const objects = await plantedObjects();
  const data = await testFolder('site');
  const env = {
    ...objects.env(),
    LASTGOOD_NODE_LEASE_SECONDS: String(LEASE_SECONDS),
    LASTGOOD_PULLS_PER_POOL: '100%',
  };
  const start = (port: string): Promise<ListeningProcess> =>
    startLastgood(['up', '--port', port, '--data', data], { env });
  let registry = await start('0');
  const client = new LastgoodClient({ url: registry.url });
  return {
    objects,
    registry: () => registry,
    client,
    pool: (model) => new Pool({ objects, client, url: registry.url }, model),
    restartRegistry: async () => {
      registry = await start(new URL(registry.url).port);
    },
    close: async () => {
      await registry.end('SIGKILL');
      await objects.close();
    },
  };
}
