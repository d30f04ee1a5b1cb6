import type { LoggerService } from '@nestjs/common';
import { destination, pino, type Logger } from 'pino';

const SILENCED = new Set(['InstanceLoader', 'RouterExplorer', 'RoutesResolver', 'NestFactory', 'NestApplication']);

/** The process's log: one JSON object a line on stderr, so that stdout stays for what the command prints. */
export function createLog(level: string): Logger {
  return pino({ level, base: undefined, timestamp: () => `,"time":"${new Date().toISOString()}"` }, destination(2));
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
