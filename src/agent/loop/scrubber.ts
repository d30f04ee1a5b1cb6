import { sleep } from '../../client/back-off.js';
import { RepeatedErrors } from '../../platform/telemetry/repeated-errors.js';
import type { StructuredLog } from '../../platform/telemetry/structured-log.js';
import { nameOf, type VersionKey } from '../cache/index.js';
import type { Scrub, Scrubbed } from '../scrub/index.js';

const AGAIN_MS = 60_000;

/** Scrubs what lies here; `onRotten` is told which versions are out of use and why, so that they are fetched again. */
export async function scrubbing(
  scrub: Scrub,
  log: StructuredLog,
  onRotten: (versions: readonly VersionKey[], why: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const errors = new RepeatedErrors(log, 'what lies here could not be scrubbed');
  const told = (result: Scrubbed): void => {
    if (result.state !== 'rotten') return;
    const versions = result.versions.map((key) => nameOf(key));
    log.error({ versions }, `${result.text}; it is out of use, and fetched again where it is needed`);
    onRotten(result.versions, result.text);
  };
  for (;;) {
    await scrub.run(signal, told).catch((error: unknown) => errors.report(error));
    await sleep(AGAIN_MS, signal);
  }
}
