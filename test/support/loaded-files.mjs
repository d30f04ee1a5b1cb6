// Preloaded into a program under test: writes every file that it loads into the file that LOADED_FILES names.
import { appendFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';

const hook = `
  import { appendFileSync } from 'node:fs';
  export async function load(url, context, next) {
    if (url.startsWith('file:')) appendFileSync(${JSON.stringify(process.env.LOADED_FILES)}, url + '\\n');
    return next(url, context);
  }`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

// What is required from a file that was imported passes no hook.
const { cache } = createRequire(import.meta.url);
process.on('exit', () => {
  for (const file of Object.keys(cache)) appendFileSync(process.env.LOADED_FILES, `file://${file}\n`);
});
