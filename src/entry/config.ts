import { bold } from 'ansis';
import Table from 'cli-table3';
import { effectiveConfig, loadConfig } from '../platform/config/index.js';
import { orFail } from './fail.js';

/** `lastgood config`: the values in force and where each comes from; secrets are hidden. */
export async function run(flags: Record<string, unknown>): Promise<void> {
  await orFail(flags, async () => {
    const config = loadConfig({ env: process.env, flags });
    const rows = effectiveConfig(config);
    if (flags['json'] === true) {
      console.log(JSON.stringify(rows, null, 2));
      return;
    }
    const table = new Table({ head: ['setting', 'value', 'from', 'set it with'], style: { head: [], border: [] } });
    for (const { key, value, source, env, flag } of rows) {
      const shown = source === 'default' ? value : bold(value);
      table.push([key, shown, source, flag === '' ? env : `${env}, ${flag}`]);
    }
    console.log(table.toString());
    for (const warning of config.warnings) console.error(`warning: ${warning}`);
  });
}
