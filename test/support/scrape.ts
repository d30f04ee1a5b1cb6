import type { TestApi } from './api.js';
import { until } from './queue-until.js';

/**
 * The metrics of a replica, from the first scrape that has a number of this name: a scrape waits no longer than a second
 * for the database, and leaves out what came later, which on a busy machine is no fault.
 */
export async function scrape(api: TestApi, name: string): Promise<string> {
  let text = '';
  await until(`a scrape has ${name}`, async () => {
    ({ text } = await api.as('prometheus').get('/metrics').expect(200));
    return text.split('\n').some((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  });
  return text;
}
