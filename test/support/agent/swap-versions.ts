import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { NodeCache } from '../../../src/agent/cache/index.js';
import { putFiles } from './put-files.js';
import { NEW_FILES, NEW_VERSION, OLD_VERSION } from './swapped-versions.js';

// A process of its own that makes one version appear and another go, and kills itself in front of its Nth change of a
// name in the file system: every state in which a crash can leave a cache folder is in front of one of them.
const [folder = '', nth = ''] = process.argv.slice(2);
let left = Number(nth);

const CHANGES = ['chmod', 'link', 'mkdir', 'open', 'rename', 'rm', 'rmdir', 'writeFile'] as const;
const functions = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
for (const name of CHANGES) {
  const real = functions[name];
  functions[name] = (...args) => {
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
    return real?.(...args);
  };
}
syncBuiltinESMExports();

const { cache } = await NodeCache.open(folder, { limits: { budget: null, floor: 0 } });
await putFiles(cache, NEW_VERSION, NEW_FILES);
await cache.remove(OLD_VERSION);
await cache.close();
console.log('done');
