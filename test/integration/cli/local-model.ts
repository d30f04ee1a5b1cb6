import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { runCli, type CommandResult, type Surroundings } from '../../unit/cli/captured-shell.js';
import type { TestApi } from '../../support/api.js';

/** Runs a command line against a test API, as `ana` unless the surroundings say otherwise. */
export function cliOf(api: TestApi) {
  return (args: string[], { env, ...rest }: Surroundings = {}): Promise<CommandResult> =>
    runCli(args, { env: { LASTGOOD_URL: api.url, LASTGOOD_ACTOR: 'ana', ...env }, ...rest });
}

/** A folder that looks like a model: weights that differ by `seed`, and a vocabulary in a folder below. */
export async function modelFolder(seed: string): Promise<string> {
  const folder = await mkdtemp(join(inject('runFolder'), 'model-'));
  await mkdir(join(folder, 'tokens'));
  await writeFile(join(folder, 'model.onnx'), `weights ${seed}`);
  await writeFile(join(folder, 'tokens', 'vocabulary.txt'), 'a b c');
  return folder;
}

/** The one document that a command printed with `--json`. */
export function document(result: CommandResult): Record<string, unknown> {
  const parsed: Record<string, unknown> = JSON.parse(result.out);
  return parsed;
}
