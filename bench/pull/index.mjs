// @ts-check
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { execFile } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startChild } from '../support/child.mjs';
import { judge } from '../support/figure.mjs';
import { owning } from '../support/owned.mjs';
import { interleaved } from '../support/rounds.mjs';
import { startS3 } from '../support/s3.mjs';
import { median } from '../support/statistics.mjs';
import { printTable, short } from '../support/table.mjs';

export const about = 'how fast an agent fetches and verifies weights, against a plain download and a copy with a hash';

const MIB = 1024 * 1024;
/** Sizes of the two files, in MiB: memory must be the same for both. */
const SMALL = 256;
const LARGE = 1024;
const ROUNDS = 3;
const THROUGHPUT_BAR = 0.8;
const MEMORY_BAR_MIB = 300;

/** @typedef {{ seconds: number, processorSeconds: number, peakMiB: number }} Pull */

export const run = () =>
  owning(async (own) => {
    const folder = await mkdtemp(join(tmpdir(), 'lastgood-bench-pull-'));
    own(() => rm(folder, { recursive: true, force: true }));
    const s3 = await startS3(own);
    const small = await putRandom(s3, folder, SMALL);
    const large = await putRandom(s3, folder, LARGE);

    // A process for each pull: what one leaves in memory must not be counted with the next.
    const pull = async (/** @type {string} */ program, /** @type {typeof large} */ file) => {
      const to = await mkdtemp(join(folder, 'to-'));
      /** @type {(() => unknown)[]} */
      const ends = [];
      const child = startChild(new URL(program, import.meta.url), (end) => ends.push(end));
      try {
        return /** @type {Pull} */ (await child.ask({ connection: s3.connection, ...file, to }));
      } finally {
        for (const end of ends) await end();
        await rm(to, { recursive: true, force: true });
      }
    };
    const results = await interleaved(ROUNDS, {
      agent: () => pull('agent-pull.mjs', large),
      plain: () => pull('plain-pull.mjs', large),
      copy: () => copyAndHash(large.path, folder),
      small: () => pull('agent-pull.mjs', small),
    });
    show(results);
    return figures(results);
  });

/**
 * @param {Awaited<ReturnType<typeof startS3>>} s3
 * @param {string} folder
 * @param {number} mebibytes
 */
async function putRandom({ client, bucket }, folder, mebibytes) {
  const path = join(folder, `${mebibytes}.bin`);
  const hash = createHash('sha256');
  const file = await open(path, 'w');
  const block = Buffer.alloc(MIB);
  for (let n = 0; n < mebibytes; n += 1) {
    randomFillSync(block);
    hash.update(block);
    await file.write(block);
  }
  await file.close();
  const size = mebibytes * MIB;
  const key = `weights/${mebibytes}.bin`;
  await client.send(
    new PutObjectCommand({ Bucket: bucket, Key: key, Body: createReadStream(path), ContentLength: size }),
  );
  return { path, size, uri: `s3://${bucket}/${key}`, digest: `sha256:${hash.digest('hex')}` };
}

/**
 * What somebody does who has the file on a disk already: `cp`, then `sha256sum` of the copy.
 * @param {string} path
 * @param {string} folder
 * @returns {Promise<Pull>}
 */
async function copyAndHash(path, folder) {
  const to = join(folder, 'copy');
  await mkdir(to, { recursive: true });
  const begun = performance.now();
  await promisify(execFile)('cp', [path, join(to, 'weights')]);
  await promisify(execFile)('sha256sum', [join(to, 'weights')]);
  const seconds = (performance.now() - begun) / 1000;
  await rm(to, { recursive: true });
  return { seconds, processorSeconds: NaN, peakMiB: NaN };
}

/** @param {Record<string, Pull[]>} results */
function show(results) {
  const names = {
    agent: `agent, ${LARGE} MiB`,
    plain: 'plain download in ranges, not verified',
    copy: 'cp, then sha256sum',
    small: `agent, ${SMALL} MiB`,
  };
  printTable(
    `weights from S3 on this machine, median of ${ROUNDS} rounds`,
    ['', 'MiB/s', 'processor s per GiB', 'peak MiB'],
    Object.entries(names).map(([name, title]) => {
      const size = name === 'small' ? SMALL : LARGE;
      const of = results[name] ?? [];
      const processor = median(of.map((one) => one.processorSeconds)) / (size / 1024);
      const peak = Math.max(...of.map((one) => one.peakMiB));
      return [
        title,
        short(rate(of, size)),
        name === 'copy' ? '' : short(processor),
        name === 'copy' ? '' : short(peak),
      ];
    }),
  );
}

/** @param {Record<string, Pull[]>} results */
function figures(results) {
  const limit = Math.min(rate(results['plain'] ?? [], LARGE), rate(results['copy'] ?? [], LARGE));
  const peak = Math.max(...(results['agent'] ?? []).map(({ peakMiB }) => peakMiB));
  return [
    judge({
      bench: 'pull',
      ratio: rate(results['agent'] ?? [], LARGE) / limit,
      bar: THROUGHPUT_BAR,
      better: 'higher',
    }),
    judge({ bench: 'pull-memory', ratio: peak / MEMORY_BAR_MIB, bar: 1, better: 'lower' }),
  ];
}

/** MiB a second. @param {Pull[]} pulls @param {number} mebibytes */
const rate = (pulls, mebibytes) => mebibytes / median(pulls.map(({ seconds }) => seconds));
