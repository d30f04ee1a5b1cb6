import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askYesNo } from '../../../src/cli/ask-yes-no.js';

describe('a question at the terminal', () => {
  it.each([
    ['y', 'y', true],
    ['Enter alone', '\r', false],
    ['n', 'n', false],
    ['Ctrl-C', '\x03', false],
    ['Ctrl-D', '\x04', false],
  ])('answers %s', async (_name, keys, answer) => {
    expect(await ask((input) => input.write(keys))).toBe(answer);
  });

  it('takes a terminal that is gone for a no', async () => {
    expect(await ask((input) => input.end())).toBe(false);
  });
});

/** Asks, and lets somebody act once the question is on the screen. */
function ask(act: (input: PassThrough) => void): Promise<boolean> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  output.once('data', () => setImmediate(act, input));
  return askYesNo('Roll back production of fraud?', input, output);
}
