import { mkdir } from 'node:fs/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import type { Config } from '../platform/config/index.js';
import { createHttpApp } from '../platform/http/create-app.js';
import { nestLogger } from '../platform/telemetry/logger.js';
import { addDocs } from './docs.js';
import { StartError } from './fail.js';
import { apiModule } from './root-module.js';
import { whyNotListening } from './why-not-listening.js';

/** Builds the API. It answers once {@link listen} has been called. */
export async function createApi(config: Config, log: Logger): Promise<NestFastifyApplication> {
  if (config.store === 'file') await makeFolder(config.dataDir);
  const { bodyLimitBytes, token } = config;
  const app = await createHttpApp(apiModule(config), { bodyLimitBytes, token, logger: nestLogger(log) });
  addDocs(app);
  await app.init();
  return app;
}

/** Listens, and returns where. Throws a {@link StartError} where that is not possible. */
export async function listen(app: NestFastifyApplication, { host, port }: Config): Promise<string> {
  try {
    await app.listen(port, host);
  } catch (error) {
    throw new StartError(whyNotListening(error, { host, port }, { host: '--host', port: '--port' }));
  }
  const address = app.getHttpServer().address();
  const actual = typeof address === 'object' && address ? address.port : port;
  return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`;
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: Error) => {
    throw new StartError(
      `the data folder ${folder} cannot be made (${error.message}): choose another one with --data.`,
    );
  });
}
