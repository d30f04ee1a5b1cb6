import { Logger } from '@nestjs/common';

/** Where the queue writes what an operator should see. The shape is pino's, so a pino logger fits as it is. */
export interface QueueLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const line = (fields: object, message: string): string => `${message} ${JSON.stringify(fields)}`;

/** A {@link QueueLog} over Nest's own logger, for processes that bring no other. */
export const nestQueueLog = (): QueueLog => {
  const logger = new Logger('Queue');
  return {
    info: (fields, message) => logger.log(line(fields, message)),
    warn: (fields, message) => logger.warn(line(fields, message)),
    error: (fields, message) => logger.error(line(fields, message)),
  };
};

/** The sentence of an error, also when something other than an Error was thrown. */
export const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message || error.name : String(error);
};
