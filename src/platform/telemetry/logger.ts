import type { LoggerService } from '@nestjs/common';
import { destination, pino, type DestinationStream, type Logger } from 'pino';
import { logLibraryWarnings } from './library-warnings.js';
import { readable } from './readable-log.js';

const SILENCED = new Set(['InstanceLoader', 'RouterExplorer', 'RoutesResolver', 'NestFactory', 'NestApplication']);

/**
 * The process's log on stderr, so that stdout stays for what the command prints: one JSON object a line, or where a
 * person looks on, one plain line each. What libraries warn of by themselves goes there too.
 */
export function createLog(level: string): Logger {
  const options = { level, base: undefined, timestamp: () => `,"time":"${new Date().toISOString()}"` };
  const forPeople: DestinationStream = { write: (line) => process.stderr.write(readable(line)) };
  const log = pino(options, process.stderr.isTTY ? forPeople : destination(2));
  logLibraryWarnings(log);
  return log;
}

/** Lets Nest and everything built on its Logger write to the process's log, without Nest's own chatter. */
export function nestLogger(log: Logger): LoggerService {
  const write =
    (level: 'info' | 'warn' | 'error' | 'debug' | 'fatal') =>
    (message: unknown, ...rest: unknown[]) => {
      const context = rest.at(-1);
      if (level === 'info' && typeof context === 'string' && SILENCED.has(context)) return;
      const fields = typeof context === 'string' ? { context } : {};
      if (message instanceof Error) log[level]({ ...fields, err: message }, message.message);
      else log[level](fields, String(message));
    };
  return {
    log: write('info'),
    warn: write('warn'),
    error: write('error'),
    debug: write('debug'),
    verbose: write('debug'),
    fatal: write('fatal'),
  };
}
