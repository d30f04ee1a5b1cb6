#!/usr/bin/env node
// Becomes dist/bin/lastgood.js, in front of the program (docs/decisions/0040). Node.js settles how many threads it has for
// files and names when it first uses one, which is before the first line of an ES module: so this is none. What is loaded
// in front of it may have used one already; then the number is its caller's to set.
const given = [process.env.NODE_OPTIONS ?? '', ...process.execArgv].join(' ');
if (!/(^|[\s"])(-r|--require|--import|--loader|--experimental-loader|--experimental-default-type)\b/.test(given)) {
  process.env.UV_THREADPOOL_SIZE ??= '128';
}
void import('../program/lastgood.js');
