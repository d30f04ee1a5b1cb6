import { mkdir } from 'node:fs/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import type { Config } from '../platform/config/index.js';
import { createHttpApp } from '../platform/http/create-app.js';
import { nestLogger } from '../platform/telemetry/logger.js';
import { addDocs } from './docs.js';
import { apiModule } from './root-module.js';

/** Builds the API, listens, and prints `listening on http://…`, the line that scripts wait for. */
export async function startApi(config: Config, log: Logger): Promise<NestFastifyApplication> {
  await mkdir(config.dataDir, { recursive: true });
  const { bodyLimitBytes, token, host, port } = config;
  const app = await createHttpApp(apiModule(config), { bodyLimitBytes, token, logger: nestLogger(log) });
  addDocs(app);
  await app.listen(port, host);
  const address = app.getHttpServer().address();
  const actual = typeof address === 'object' && address ? address.port : port;
  console.log(`listening on http://${host.includes(':') ? `[${host}]` : host}:${actual}`);
  return app;
}
