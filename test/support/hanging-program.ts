// A process that asks a folder and is ended by what its second argument says; the first is what it opens in the folder.
import { open } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { untilSignal } from '../../src/entry/shutdown.js';
import { createLog } from '../../src/platform/telemetry/logger.js';
import { foldersOfThisProcess } from '../../src/stores/folders.js';

const [path = '', how = ''] = process.argv.slice(2);
const log = createLog('info');
await untilSignal({ graceSeconds: 600, log }, async (onStop) => {
  onStop(async () => console.log('all else was brought to its end'));
  const folders = foldersOfThisProcess();
  const asked = folders.of('/mnt/away').run(() => open(path, 'r'));
  // One that answers may have done so before anybody looks whether it holds a thread.
  if (how.includes('answered')) await asked;
  else while (folders.held === 0) await turn();
  console.log('started');
});
// Whatever hangs, it waits.
setInterval(() => undefined, 60_000);
process.stdin.once('data', () => {
  if (how.includes('exit')) process.exit(3);
  throw new Error('something broke');
});
