// @ts-check
import path from 'node:path';
import { ALIAS, MODEL } from './going-forward.js';
import { binary, halfSecond, repaired } from './places.js';
import { heading } from './print.js';

/**
 * What a newcomer may try now, as commands to copy.
 * @param {object} state
 * @param {{url: string, pid: number}} state.registry
 * @param {{url: string, pid: number}} state.server
 * @param {string} state.data
 * @param {boolean} state.needsToken whether the registry wants a token
 * @param {number} state.next the number that the repaired version will have
 */
export function printWhatNext({ registry, server, data, needsToken, next }) {
  heading('It goes on running. Try next:');
  const lines = [
    `export LASTGOOD_URL=${registry.url}`,
    ...(needsToken ? [`export LASTGOOD_TOKEN=$(cat ${here(path.join(data, 'admin.token'))})`] : []),
    `alias lastgood='node ${here(binary)}'`,
    '',
    `lastgood show ${MODEL}`,
    `lastgood resolve ${MODEL}@${ALIAS}`,
    `lastgood history ${MODEL}`,
    `curl --data-binary @${here(halfSecond)} ${server.url}/predict`,
    `curl ${server.url}/served`,
    '',
    '# register the third model again, this time called rightly; move production there; and back',
    `lastgood register ${MODEL} --upload ${here(repaired.model)} --serving ${here(repaired.serving)}`,
    `lastgood promote ${MODEL} v${next} --reason "with the context samples it hears"`,
    `lastgood rollback ${MODEL} --reason "trying it out"`,
  ];
  for (const line of lines) console.log(`  ${line}`.trimEnd());
  console.log(`
  Registry      ${registry.url}  (API description: ${registry.url}/docs), process ${registry.pid}
  Model server  ${server.url}, process ${server.pid}
  Data and logs ${here(data)}
  Stop both     scripts/quickstart --stop${data.endsWith(path.join('.lastgood', 'quickstart')) ? '' : ` --data ${here(data)}`}`);
}

/** The path as the reader would type it. @param {string} file */
function here(file) {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative;
}
