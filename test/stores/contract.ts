import { describe } from 'vitest';
import { listContract } from './contract-list.js';
import { marksContract, prefixMarksContract } from './contract-marks.js';
import { namesContract } from './contract-names.js';
import { putContract } from './contract-put.js';
import { readContract } from './contract-read.js';
import { refusedBytesContract } from './contract-refused-bytes.js';
import type { MakeStore } from './store-under-test.js';

/** What holds for every artifact store. Each adapter's test file runs it against the real thing. */
export function storeContract(name: string, make: MakeStore): void {
  describe(`${name}, storing`, () => {
    putContract(make);
  });
  describe(`${name}, given wrong bytes`, () => {
    refusedBytesContract(make);
  });
  describe(`${name}, reading`, () => {
    readContract(make);
  });
  describe(`${name}, by name`, () => {
    namesContract(make);
  });
  describe(`${name}, marked`, () => {
    marksContract(make);
    prefixMarksContract(make);
  });
  describe(`${name}, listing`, () => {
    listContract(make);
  });
}
