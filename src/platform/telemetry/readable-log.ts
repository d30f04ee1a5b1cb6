import { dim, red, yellow } from 'ansis';

const plain = (text: string): string => text;
const PAINTS: readonly [number, (text: string) => string][] = [
  [50, red],
  [40, yellow],
  [30, plain],
  [0, dim],
];

/** One line of the JSON log as a person reads it: the time of day, who says it, what. The level is the colour. */
export function readable(json: string): string {
  const { level, time, context, msg, err } = JSON.parse(json) as {
    level: number;
    time: string;
    context?: string;
    msg?: string;
    err?: { stack?: string };
  };
  const paint = PAINTS.find(([from]) => level >= from)?.[1] ?? plain;
  const said = err?.stack ?? msg ?? '';
  return `${dim(new Date(time).toLocaleTimeString('en-GB'))} ${paint(context === undefined ? said : `${context}: ${said}`)}\n`;
}
