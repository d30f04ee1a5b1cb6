import { describe, expect, it } from 'vitest';
import { LastgoodClient, LastgoodError } from '../../../src/client/index.js';
import { problem, scriptedServer } from './scripted-server.js';
import { event, follow, revisionsOf, sse, sseThenCut, watchServer } from './watch-script.js';

describe('following an alias', () => {
  it('yields what it means now, then each newer meaning', async () => {
    const server = await watchServer({ version: 1, revision: 5 }, [
      (response) => {
        sse(response, event('change', 6, 2));
        setTimeout(() => response.write(event('change', 7, 3)), 50);
      },
    ]);
    const { seen, troubles } = await follow(server, 3);
    expect(seen.map(({ version, source }) => [version, source])).toEqual([
      [1, 'registry'],
      [2, 'registry'],
      [3, 'registry'],
    ]);
    expect(troubles).toEqual([]);
    expect(server.watchRequests()[0]?.query.toString()).toBe('model=fraud&alias=production');
    expect(server.watchRequests()[0]?.headers['last-event-id']).toBe('5');
  });

  it('resumes from the last event it has when the connection is cut', async () => {
    const server = await watchServer({ version: 1, revision: 5 }, [
      (response) => sseThenCut(response, event('change', 6, 2)),
      (response) => sse(response, event('change', 9, 3)),
    ]);
    const { seen, troubles } = await follow(server, 3);
    expect(revisionsOf(seen)).toEqual([5, 6, 9]);
    expect(server.watchRequests().map(({ headers }) => headers['last-event-id'])).toEqual(['5', '6']);
    expect(troubles.map(String)).toEqual([expect.stringContaining('cut the connection')]);
  });

  it('asks again for an event that was cut in the middle', async () => {
    const server = await watchServer({ version: 1, revision: 5 }, [
      (response) => sseThenCut(response, event('change', 6, 2).slice(0, -1)),
      (response) => sse(response, event('change', 6, 2)),
    ]);
    const { seen } = await follow(server, 2);
    expect(revisionsOf(seen)).toEqual([5, 6]);
    expect(server.watchRequests().map(({ headers }) => headers['last-event-id'])).toEqual(['5', '5']);
  });

  it('comes back when the server ends the stream, as one that shuts down does', async () => {
    const server = await watchServer({ version: 1, revision: 5 }, [
      (response) => void response.writeHead(200).end(': bye\n\n'),
      (response) => sse(response, event('change', 6, 2)),
    ]);
    expect(revisionsOf((await follow(server, 2)).seen)).toEqual([5, 6]);
  });

  it('never goes back to an older revision, nor shows one twice', async () => {
    const server = await watchServer({ version: 1, revision: 5 }, [
      (response) => sse(response, event('snapshot', 4, 9), event('snapshot', 5, 1), event('change', 6, 2)),
    ]);
    expect(revisionsOf((await follow(server, 2)).seen)).toEqual([5, 6]);
  });

  it('passes over a change that a later one has overtaken, but resumes after it', async () => {
    const server = await watchServer({ version: 1, revision: 5 }, [
      (response) => sseThenCut(response, event('change', 6, null)),
      (response) => sse(response, event('change', 7, 3)),
    ]);
    expect(revisionsOf((await follow(server, 2)).seen)).toEqual([5, 7]);
    expect(server.watchRequests()[1]?.headers['last-event-id']).toBe('6');
  });

  it('reads events that arrive in pieces, even inside a character', async () => {
    const bytes = Buffer.from(event('change', 6, 2).replace('model.onnx', 'modèle.onnx'));
    const inside = bytes.indexOf(0xc3) + 1;
    const server = await watchServer({ version: 1, revision: 5 }, [
      (response) => sse(response, bytes.subarray(0, inside), bytes.subarray(inside)),
    ]);
    const { seen } = await follow(server, 2);
    expect(JSON.stringify(seen[1]?.record)).toContain('modèle.onnx');
  });

  it('waits for an alias that is not there yet, and says so', async () => {
    const server = await watchServer(null, [
      (response) => {
        sse(response, ': no such alias yet\n\n');
        setTimeout(() => response.write(event('change', 6, 1)), 50);
      },
    ]);
    const { seen, troubles } = await follow(server, 1);
    expect(revisionsOf(seen)).toEqual([6]);
    expect(troubles).toEqual([expect.objectContaining({ code: 'alias-not-found' })]);
    expect(server.watchRequests()[0]?.headers['last-event-id']).toBeUndefined();
  });

  it('never withholds the latest from a slow consumer', async () => {
    const changes = [6, 7, 8, 9].map((revision) => event('change', revision, revision));
    const server = await watchServer({ version: 1, revision: 5 }, [(response) => sse(response, ...changes)]);
    const seen: number[] = [];
    for await (const { revision } of new LastgoodClient(server).follow('fraud', 'production')) {
      seen.push(revision);
      if (revision === 9) break;
      await new Promise((resolve) => {
        setTimeout(resolve, 60);
      });
    }
    expect(seen.at(-1)).toBe(9);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });
});

describe('following ends', () => {
  it('with an error when the token is refused, and asks no more', async () => {
    const { url, requests } = await scriptedServer((_, response) => problem(response, 'unauthorized', 'Wrong token.'));
    const error = await follow({ url, token: 'old' }, 1).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LastgoodError);
    expect(error).toMatchObject({ code: 'unauthorized', status: 401 });
    expect(requests).toHaveLength(1);
  });

  it('with an error when the token is refused later on', async () => {
    const server = await watchServer({ version: 1, revision: 5 }, [
      (response) => sseThenCut(response, event('change', 6, 2)),
      (response) => problem(response, 'unauthorized', 'The token was withdrawn.'),
    ]);
    await expect(follow(server, 3)).rejects.toMatchObject({ code: 'unauthorized' });
    expect(server.watchRequests()).toHaveLength(2);
  });

  it('quietly when the signal says so', async () => {
    const server = await watchServer({ version: 1, revision: 5 }, []);
    const stop = new AbortController();
    const seen: number[] = [];
    for await (const { revision } of new LastgoodClient(server).follow('fraud', 'production', {
      signal: stop.signal,
    })) {
      seen.push(revision);
      setTimeout(() => stop.abort(), 20);
    }
    expect(seen).toEqual([5]);
  });

  it('before it began when the signal had fired', async () => {
    const { url, requests } = await scriptedServer(() => undefined);
    const seen = [];
    for await (const one of new LastgoodClient({ url }).follow('a', 'b', { signal: AbortSignal.abort() }))
      seen.push(one);
    expect(seen).toEqual([]);
    expect(requests).toEqual([]);
  });
});
