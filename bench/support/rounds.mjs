// @ts-check

/**
 * Measures every contender once a round, in turn, so that what else the machine does meanwhile falls on all of them.
 * The order turns round every other round (A B, B A, …): none of them always follows the same one.
 * @template T
 * @param {number} rounds
 * @param {Record<string, (round: number) => Promise<T>>} contenders
 * @returns {Promise<Record<string, T[]>>} what each one measured, by round
 */
export async function interleaved(rounds, contenders) {
  const names = Object.keys(contenders);
  /** @type {Record<string, T[]>} */
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const measure = contenders[name];
      if (measure) results[name]?.push(await measure(round));
    }
  }
  return results;
}
