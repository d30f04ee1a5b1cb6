// Packs the client library alone: the same `lastgood/client`, for services that want nothing of the server beside it.
// Needs a build. Writes lastgood-client-<version>.tgz into dist/, or into the folder given.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = resolve(process.argv[2] ?? join(root, 'dist'));
const whole = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { name, version, description, license, type, engines, exports } = whole;
const needed = ['canonicalize', 'eventsource-parser'];
const dependencies = Object.fromEntries(needed.map((library) => [library, whole.dependencies[library]]));

mkdirSync(out, { recursive: true });
const folder = mkdtempSync(join(out, 'client-'));
try {
  // The types of the wire contract and of the domain belong to the client's own; of their code it loads this alone.
  const loaded = /\/(contract\/config-digest|domain\/(config-digest|canonical-json|digest))\.js$/;
  const wanted = (part) => (path) => {
    if (path.endsWith('.map') || /(field|api-description)\.d\.ts$/.test(path)) return false;
    return part === 'client' || !path.endsWith('.js') || loaded.test(path);
  };
  for (const part of ['client', 'contract', 'domain']) {
    cpSync(join(root, 'dist/src', part), join(folder, 'dist/src', part), { recursive: true, filter: wanted(part) });
  }
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  const manifest = { name, version, description, license, type, engines, exports, dependencies };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  const pack = ['pack', '--json', '--pack-destination', out];
  const [packed] = JSON.parse(execFileSync('npm', pack, { cwd: folder, encoding: 'utf8' }));
  const tarball = join(out, `lastgood-client-${version}.tgz`);
  renameSync(join(out, packed.filename), tarball);
  console.log(tarball);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
