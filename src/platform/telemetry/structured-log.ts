import { Logger } from '@nestjs/common';

export { reasonOf } from './reason-of.js';

/** Where a part that outlives requests writes what an operator should see. The shape is pino's, so pino fits as it is. */
export interface StructuredLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const line = (fields: object, message: string): string => `${message} ${JSON.stringify(fields)}`;

/** A {@link StructuredLog} over Nest's own logger, under the name of the part that writes. */
export const nestLog = (name: string): StructuredLog => {
  const logger = new Logger(name);
  return {
    info: (fields, message) => logger.log(line(fields, message)),
    warn: (fields, message) => logger.warn(line(fields, message)),
    error: (fields, message) => logger.error(line(fields, message)),
  };
};
