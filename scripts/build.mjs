// Builds dist/: JavaScript by swc (fast, keeps decorator metadata), declarations by tsc (the client library ships types).
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (command, args) => execFileSync(command, args, { cwd: root, stdio: 'inherit' });
const bin = (name) => `${root}/node_modules/.bin/${name}`;

rmSync(`${root}/dist`, { recursive: true, force: true });
run(bin('swc'), ['src', 'migrations', '-d', 'dist', '--quiet']);
run(bin('tsc'), ['--emitDeclarationOnly', '-p', 'tsconfig.json']);
chmodSync(`${root}/dist/src/entry/lastgood.js`, 0o755);
