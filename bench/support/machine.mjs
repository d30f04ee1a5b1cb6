// @ts-check
import { cpus, loadavg, totalmem } from 'node:os';

/** The facts of this machine that decide what the figures are worth. */
export function machineFacts() {
  const [processor] = cpus();
  const load = loadavg()
    .map((value) => value.toFixed(2))
    .join(' ');
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${cpus().length} cores (${processor?.model.trim() ?? 'unknown'}), ${memory}, ${process.platform}, Node ${process.version}, load average ${load}`;
}
