import { expect, it } from 'vitest';
import { json, scriptedServer } from '../client/scripted-server.js';
import { runCli } from './captured-shell.js';

const NODE = { node: 'gpu-1', reportedAt: '2031-05-01T14:30:00.000Z', registeredAt: '2031-05-01T14:00:00.000Z' };

/** Removes a node that reports when it is looked at, or not; says what the registry was asked. */
async function remove(reporting: boolean, ...flags: string[]) {
  const { url, requests } = await scriptedServer(({ method }, response) => {
    // A lease that ends just after the look would let the deletion pass.
    if (method === 'DELETE') response.writeHead(204).end();
    else json(response, { ...NODE, reporting, assignments: [] });
  });
  const done = await runCli(['nodes', 'remove', 'gpu-1', ...flags], { env: { LASTGOOD_URL: url }, answer: true });
  return {
    ...done,
    requests: requests.map(({ method, query }) => `${method} ${query.get('reportedAt') ?? ''}`.trim()),
  };
}

it('asks for no removal of a node that reported when it was looked at, since its lease may end before that', async () => {
  const { code, err, requests } = await remove(true);
  expect(code).toBe(3);
  expect(err).toContain('gpu-1 still reports: stop its agent first. It can be removed once its lease has ended.');
  expect(requests).toEqual(['GET']);
});

it('says what the person saw who agreed, and nothing where nobody was asked', async () => {
  expect(await remove(false)).toMatchObject({ code: 0, requests: ['GET', 'DELETE 2031-05-01T14:30:00.000Z'] });
  expect(await remove(true, '--yes')).toMatchObject({ code: 0, requests: ['DELETE'] });
});
