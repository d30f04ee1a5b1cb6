import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../../scripts/quickstart', import.meta.url));

describe('scripts/quickstart on a machine that lacks something', () => {
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'quickstart-path-'));
  });
  afterEach(() => rmSync(path, { recursive: true }));

  const program = (name: string, text: string) => writeFileSync(join(path, name), text, { mode: 0o755 });
  const run = () => spawnSync('/bin/bash', [script, '--once'], { env: { PATH: path }, encoding: 'utf8' });

  it('says that Node.js is missing, and which one it takes', () => {
    const { status, stderr } = run();
    expect(status).toBe(1);
    expect(stderr).toBe('Node.js is not installed. Lastgood needs Node.js 20.19 or newer: https://nodejs.org\n');
  });

  it('says that Node.js is too old, and which one it takes', () => {
    program('node', '#!/bin/bash\nif [[ $1 == --version ]]; then echo v18.20.0; else exit 1; fi\n');
    const { status, stderr } = run();
    expect(status).toBe(1);
    expect(stderr).toBe('Node.js v18.20.0 is too old. Lastgood needs Node.js 20.19 or newer: https://nodejs.org\n');
  });

  it('says that npm is missing', () => {
    program('node', '#!/bin/bash\nexit 0\n');
    const { status, stderr } = run();
    expect(status).toBe(1);
    expect(stderr).toBe('npm is not installed. It comes with Node.js: https://nodejs.org\n');
  });
});
