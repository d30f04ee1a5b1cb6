// Runs one benchmark, or all of them: `npm run bench -- NAME`. Without a name it lists them.
// Each prints its tables, then one JSON line for each figure it judges; the exit is 1 where one misses its bar.
import { requireBuild } from '../bench/support/product.mjs';
import { figureLine } from '../bench/support/figure.mjs';
import { machineFacts } from '../bench/support/machine.mjs';

const NAMES = ['resolve', 'move', 'fanout', 'start', 'verify', 'pull'];

async function list() {
  console.log('npm run bench -- NAME, where NAME is one of\n');
  for (const name of NAMES) console.log(`  ${name.padEnd(8)} ${(await load(name)).about}`);
  console.log('  all      each of them, one after the other\n\ndocs/benchmarks.md says what they mean.');
}

function load(name) {
  return import(`../bench/${name}/index.mjs`);
}

async function run(names) {
  const figures = [];
  for (const name of names) {
    console.log(`\n== ${name}: ${(await load(name)).about}`);
    console.log(machineFacts());
    const begun = performance.now();
    figures.push(...(await (await load(name)).run()));
    console.log(`\n${name} took ${Math.round((performance.now() - begun) / 1000)} s`);
  }
  console.log('');
  for (const figure of figures) console.log(figureLine(figure));
  if (figures.some(({ pass }) => !pass)) process.exitCode = 1;
}

const [name] = process.argv.slice(2);
try {
  requireBuild();
  if (name === undefined) await list();
  else if (name === 'all') await run(NAMES);
  else if (NAMES.includes(name)) await run([name]);
  else throw new Error(`There is no benchmark ${name}. There are ${NAMES.join(', ')}; all runs each of them.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
