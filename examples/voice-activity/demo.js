// @ts-check
// The demo of Lastgood on a real model: node demo.js [--once] [--data DIR] …, or scripts/quickstart from the checkout.
import { HELP, readOptions } from './demo/options.js';
import { Processes } from './demo/processes.js';
import { walk } from './demo/walk.js';

/** @type {(() => Promise<unknown>)[]} how to stop what this run has started, the newest first */
const stops = [];
let interrupted = false;
const options = optionsOrExit();

if (options.help) console.log(HELP);
else if (options.stop) await stopEarlierRun();
else await run();

async function run() {
  process.once('SIGINT', () => void interrupt(130));
  process.once('SIGTERM', () => void interrupt(143));
  try {
    await walk(options, (stop) => stops.unshift(stop));
  } catch (error) {
    // The step under way lost what it stood on: that is no failure of its own.
    if (interrupted) return;
    console.error(`\nThe quickstart failed: ${error instanceof Error ? error.message : String(error)}`);
    console.error(`The logs of the registry and of the model server are in ${options.data}/quickstart.`);
    process.exitCode = 1;
  }
  if (options.once) await stopStarted();
  else if (process.exitCode === 1) console.error('What runs goes on running; scripts/quickstart --stop ends it.');
}

/** Stops what this run has started and ends it. @param {number} exitCode */
async function interrupt(exitCode) {
  interrupted = true;
  console.error('\nInterrupted: stopping what this run has started.');
  await stopStarted();
  process.exit(exitCode);
}

async function stopStarted() {
  for (const stop of stops.splice(0)) await stop();
}

async function stopEarlierRun() {
  const { server, registry } = new Processes(options.data);
  const stopped = [await server.stop(), await registry.stop()];
  console.log(stopped.includes(true) ? `Stopped. The data stays in ${options.data}.` : 'Nothing was running.');
}

function optionsOrExit() {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return process.exit(2);
  }
}
