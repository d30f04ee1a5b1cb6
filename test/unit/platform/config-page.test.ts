import { readFile } from 'node:fs/promises';
import { assert, constantFrom, property, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configurationPage, effectiveConfig, loadConfig } from '../../../src/platform/config/index.js';
import { hideUrlPassword } from '../../../src/platform/config/hide-secrets.js';

const page = new URL('../../../docs/configuration.md', import.meta.url);

describe('the documented configuration', () => {
  it('is the one that is in force (rewrite the file with `npx vitest run test/unit/platform/config-page.test.ts -u`)', async () => {
    await expect(configurationPage()).toMatchFileSnapshot(page.pathname);
  });

  it('names for every setting the default that an empty environment really gives', async () => {
    const text = await readFile(page, 'utf8');
    for (const { key, env, flag, default: documented, value } of effectiveConfig(loadConfig({ env: {} }))) {
      const cells = text
        .split('\n')
        .find((line) => line.startsWith(`| \`${key}\``))
        ?.split('|')
        .map((cell) => cell.trim().replaceAll('`', ''));
      expect(cells?.slice(1, 5)).toEqual([key, env, flag, documented]);
      expect(value.endsWith(documented), `${key} is ${value}`).toBe(true);
    }
  });
});

describe('hiding the password of a URL', () => {
  const secret = stringMatching(/^[A-Za-z0-9:/@?#%]{6,20}$/).map((text) => `q${text}Z`);

  it('hides whatever stands before the last @, however malformed the rest is', () => {
    const scheme = constantFrom('postgres://', 'postgresql:/', 'redis:', '//', '', 'nonsense://');
    assert(
      property(scheme, secret, (start, password) => {
        expect(hideUrlPassword(`${start}me:${password}@host/x`)).not.toContain(password);
      }),
    );
  });

  it('leaves a URL without a password as it is', () => {
    const url = 'postgresql://me@host:5432/x?sslmode=require';
    expect(hideUrlPassword(url)).toBe(url);
  });
});
