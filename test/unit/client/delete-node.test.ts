import { expect, it } from 'vitest';
import { LastgoodClient } from '../../../src/client/index.js';
import { scriptedServer } from './scripted-server.js';

it('deleting a node heeds the signal and the report that it is given together', async () => {
  const { url, requests } = await scriptedServer((_, response) => void response.writeHead(204).end());
  const client = new LastgoodClient({ url });
  const signal = AbortSignal.abort(new Error('the caller left'));
  await expect(client.deleteNode('gpu-1', { signal })).rejects.toThrow('the caller left');
  expect(requests).toEqual([]);
  const reportedAt = '2031-05-01T14:30:00.000Z';
  await client.deleteNode('gpu-1', { reportedAt, signal: new AbortController().signal });
  expect(requests.map(({ query }) => query.get('reportedAt'))).toEqual([reportedAt]);
});
