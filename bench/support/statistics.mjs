// @ts-check

/**
 * The value below which half of the values lie; of two middle ones, their mean.
 * @param {readonly number[]} values at least one
 */
export function median(values) {
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? at(sorted, middle) : (at(sorted, middle - 1) + at(sorted, middle)) / 2;
}

/**
 * The smallest value that at least `share` of the values do not exceed (the nearest-rank percentile): a value that was
 * measured, never one in between.
 * @param {readonly number[] | Float64Array} values at least one
 * @param {number} share from 0 (exclusive) to 1
 */
export function percentile(values, share) {
  const sorted = ascending(values);
  return at(sorted, Math.max(0, Math.ceil(share * sorted.length) - 1));
}

/** @param {readonly number[] | Float64Array} values */
function ascending(values) {
  if (values.length === 0) throw new Error('there is no middle of no values');
  return Float64Array.from(values).toSorted();
}

/**
 * @param {Float64Array} values
 * @param {number} index
 */
function at(values, index) {
  return /** @type {number} */ (values[index]);
}
