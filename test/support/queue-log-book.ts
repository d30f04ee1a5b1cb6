import type { QueueLog } from '../../src/platform/queue/queue-log.js';

/** A log that a test can read. */
export class QueueLogBook implements QueueLog {
  readonly lines: { level: 'info' | 'warn' | 'error'; message: string; fields: object }[] = [];

  info(fields: object, message: string): void {
    this.lines.push({ level: 'info', message, fields });
  }

  warn(fields: object, message: string): void {
    this.lines.push({ level: 'warn', message, fields });
  }

  error(fields: object, message: string): void {
    this.lines.push({ level: 'error', message, fields });
  }

  /** How many lines say this. */
  count(message: string): number {
    return this.lines.filter((line) => line.message.includes(message)).length;
  }
}
