// @ts-check
import Table from 'cli-table3';

/**
 * Prints a table for people: a title, then columns, numbers to the right.
 * @param {string} title
 * @param {string[]} head
 * @param {(string | number)[][]} rows
 */
export function printTable(title, head, rows) {
  const colAligns = head.map((_, column) =>
    column === 0 ? /** @type {const} */ ('left') : /** @type {const} */ ('right'),
  );
  const table = new Table({ head, colAligns, style: { head: [], border: [], compact: true } });
  table.push(...rows.map((row) => row.map(String)));
  console.log(`\n${title}\n${table.toString()}`);
}

/**
 * A number with as many digits as a reader can use: three significant ones below a hundred.
 * @param {number} value
 */
export function short(value) {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-GB');
  return String(Number(value.toPrecision(3)));
}
