import type { RecordedOperation } from './recording.js';
import type { Verdict } from './search.js';

// Enough to see which state the last of them left.
const SHOWN_BEFORE = 6;

/** The part of an alias's history around the place from which no order leads on, for a person to read. */
export function showViolation(verdict: Extract<Verdict<RecordedOperation>, { linearisable: false }>): string {
  const { order, stuck, exhaustive, steps } = verdict;
  const last = order.slice(-SHOWN_BEFORE);
  const until = Math.max(0, ...stuck.map((one) => (one.returned === Infinity ? one.invoked : one.returned)));
  const pending = order.length > 0 ? (last[0]?.invoked ?? 0) : 0;
  return [
    exhaustive
      ? `No order of the operations explains their answers (${steps} steps).`
      : `Given up after ${steps} steps.`,
    `An order of ${order.length} operations was found. Its last:`,
    ...last.map(line),
    'None of these can come next, or one of them never could:',
    ...stuck.map(line),
    `All of this between ${pending.toFixed(1)} and ${until.toFixed(1)} ms.`,
  ].join('\n');
}

function line({ id, invoked, returned, input, path, result, why, name }: RecordedOperation): string {
  const when = `${invoked.toFixed(1)} to ${returned === Infinity ? 'never' : returned.toFixed(1)}`;
  const asked = input.kind === 'read' ? `read (${path})` : JSON.stringify(input);
  return `  ${id} ${name.model} ${name.alias} [${when}] ${asked}: ${result ? JSON.stringify(result) : `unknown, ${why}`}`;
}
