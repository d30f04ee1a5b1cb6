// Builds dist/: JavaScript by swc (fast, keeps decorator metadata), then at once declarations by tsc (the client library
// ships types) and the program in a few files by rolldown.
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundle } from './bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => `${root}/node_modules/.bin/${name}`;

rmSync(`${root}/dist`, { recursive: true, force: true });
execFileSync(bin('swc'), ['src', 'migrations', '-d', 'dist', '--quiet'], { cwd: root, stdio: 'inherit' });
const declarations = promisify(execFile)(bin('tsc'), ['--emitDeclarationOnly', '-p', 'tsconfig.json'], { cwd: root });
await Promise.all([declarations, bundle(`${root}/dist/.bin`)]).catch((error) => {
  console.error(error.stdout || error);
  process.exit(1);
});
chmodSync(`${root}/dist/.bin/lastgood.js`, 0o755);
// Last, and whole: who finds the program finds all of the build.
renameSync(`${root}/dist/.bin`, `${root}/dist/bin`);
