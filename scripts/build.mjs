// Builds dist/: JavaScript by swc (fast, keeps decorator metadata), then at once declarations by tsc (the client library
// ships types) and the program in a few files by rolldown.
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundle } from './bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tool = (name) => `${root}/node_modules/.bin/${name}`;

rmSync(`${root}/dist`, { recursive: true, force: true });
execFileSync(tool('swc'), ['src', 'migrations', '-d', 'dist', '--quiet'], { cwd: root, stdio: 'inherit' });
const declarations = promisify(execFile)(tool('tsc'), ['--emitDeclarationOnly', '-p', 'tsconfig.json'], { cwd: root });
await Promise.all([declarations, bundle(`${root}/dist/program`)]).catch((error) => {
  console.error(error.stdout || error);
  process.exit(1);
});
const bin = `${root}/dist/.bin`;
mkdirSync(bin);
copyFileSync(`${root}/scripts/start.cjs`, `${bin}/lastgood.js`);
// What lies here is no ES module, as start.cjs says.
writeFileSync(`${bin}/package.json`, '{ "type": "commonjs" }\n');
chmodSync(`${bin}/lastgood.js`, 0o755);
// Last, and whole: who finds the command finds all of the build.
renameSync(bin, `${root}/dist/bin`);
