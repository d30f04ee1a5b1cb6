// @ts-check
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { startChild } from '../support/child.mjs';
import { judge } from '../support/figure.mjs';
import { owning } from '../support/owned.mjs';
import { startPostgres } from '../support/postgres.mjs';
import { interleaved } from '../support/rounds.mjs';
import { startS3 } from '../support/s3.mjs';
import { median } from '../support/statistics.mjs';
import { printTable, short } from '../support/table.mjs';
import { AT_ONCE, putObjects } from './objects.mjs';
import { startVerifier } from './product.mjs';

export const about = 'objects looked at a second against bare HeadObject; bytes hashed a second against sha256sum';

const OBJECTS = 4000;
// A quarter of a store's turns is kept for what is urgent: of 21, looks on a schedule have 16.
const TURNS = 21;
const MEBIBYTES = 1024;
const ROUNDS = 5;
const LOOK_BAR = 0.7;
const HASH_BAR = 0.9;

export const run = () =>
  owning(async (own) => {
    const databaseUrl = await (await startPostgres(own)).database('verify');
    const folder = await mkdtemp(join(tmpdir(), 'lastgood-bench-verify-'));
    own(() => rm(folder, { recursive: true, force: true }));
    const s3 = await startS3(own);
    const settings = { ...s3.settings, LASTGOOD_DATA: join(folder, 'data'), LASTGOOD_FILE_ROOTS: folder };
    const product = await startVerifier(databaseUrl, { ...settings, LASTGOOD_STORE_CONCURRENCY: String(TURNS) }, own);
    return [await looks(product, s3, own), await hashes(product, folder)];
  });

/**
 * @param {Awaited<ReturnType<typeof startVerifier>>} product
 * @param {Awaited<ReturnType<typeof startS3>>} s3
 * @param {(end: () => unknown) => void} own
 */
async function looks(product, s3, own) {
  await product.register('many', await putObjects(s3, OBJECTS));
  const bare = startChild(new URL('bare-heads.mjs', import.meta.url), own);
  const { options, bucket } = s3;
  const heads = () => bare.ask({ options, bucket, count: OBJECTS });
  await heads();
  const seconds = await interleaved(ROUNDS, {
    bare: async () => /** @type {number} */ ((await heads()).seconds),
    product: async () => (await product.check('many', 'artifact', OBJECTS)).seconds,
  });
  const rate = (/** @type {number[] | undefined} */ of) => OBJECTS / median(of ?? []);
  const ratio = rate(seconds['product']) / rate(seconds['bare']);
  printTable(
    `${OBJECTS} objects, ${AT_ONCE} requests at once, median of ${ROUNDS} rounds`,
    ['', 'objects/s', 'of bare'],
    [
      ['bare loop of HeadObject', short(rate(seconds['bare'])), '1.000'],
      ['look at a version', short(rate(seconds['product'])), ratio.toFixed(3)],
    ],
  );
  return judge({ bench: 'verify-look', ratio, bar: LOOK_BAR, better: 'higher' });
}

/**
 * @param {Awaited<ReturnType<typeof startVerifier>>} product
 * @param {string} folder
 */
async function hashes(product, folder) {
  const path = join(folder, 'weights.bin');
  const digest = await writeRandom(path, MEBIBYTES);
  const artifact = { uri: pathToFileURL(path).href, digest, size: MEBIBYTES * 1024 * 1024 };
  await product.register('large', [artifact]);
  await product.check('large', 'content', 1);
  const seconds = await interleaved(ROUNDS, {
    sha256sum: async () => {
      const begun = performance.now();
      await promisify(execFile)('sha256sum', [path]);
      return (performance.now() - begun) / 1000;
    },
    // The product's own time for the reading: that the job waits for its turn is not hashing.
    product: async () => (await product.check('large', 'content', 1)).ms / 1000,
  });
  const rate = (/** @type {number[] | undefined} */ of) => MEBIBYTES / median(of ?? []);
  const ratio = rate(seconds['product']) / rate(seconds['sha256sum']);
  printTable(
    `one file of ${MEBIBYTES} MiB, from the page cache, median of ${ROUNDS} rounds`,
    ['', 'MiB/s', 'of sha256sum'],
    [
      ['sha256sum', short(rate(seconds['sha256sum'])), '1.000'],
      ['reading a version’s bytes', short(rate(seconds['product'])), ratio.toFixed(3)],
    ],
  );
  return judge({ bench: 'verify-hash', ratio, bar: HASH_BAR, better: 'higher' });
}

/**
 * @param {string} path
 * @param {number} mebibytes
 * @returns {Promise<string>} its digest
 */
async function writeRandom(path, mebibytes) {
  const hash = createHash('sha256');
  const file = await open(path, 'w');
  for (let n = 0; n < mebibytes; n += 1) {
    const block = randomBytes(1024 * 1024);
    hash.update(block);
    await file.write(block);
  }
  await file.close();
  return `sha256:${hash.digest('hex')}`;
}
