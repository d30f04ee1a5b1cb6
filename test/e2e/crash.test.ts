import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { halfDone, historyOf } from '../support/load-audit.js';
import { registerOver, streamMoves, type Acknowledged } from '../support/load-moves.js';
import { embeddedPid, embeddedUrl } from '../support/load-up.js';
import { startLastgood } from '../support/processes.js';
import { until } from '../support/queue-until.js';
import { openToAllFolder } from '../support/run-folder.js';

const KILLS = 6;
const ALIASES = ['production', 'eu', 'us', 'staging'];

it('keeps every acknowledged move, and none by half, although `up` is killed again and again', async () => {
  const folder = await openToAllFolder('crash');
  const up = () => startLastgood(['up', '--port', '0', '--data', folder]);
  const acknowledged: Acknowledged[] = [];
  let server = await up();
  await registerOver(server.url, 'fraud', 6, folder);
  for (let kill = 0; kill < KILLS; kill += 1) {
    const stream = streamMoves(server.url, 'fraud', ALIASES, 6);
    await until('a move was acknowledged', () => stream.acknowledged.length > 0);
    await sleep(Math.random() * 2000);
    await server.end('SIGKILL');
    await stream.stop();
    expect(stream.failures).toEqual([]);
    expect(stream.acknowledged.length).toBeGreaterThan(0);
    acknowledged.push(...stream.acknowledged);

    server = await up();
    const databaseUrl = await embeddedUrl(folder);
    expect(await halfDone(databaseUrl)).toEqual([]);
    const history = await historyOf(databaseUrl);
    const lost = acknowledged.filter(({ alias, version, revision }) => {
      const line = history.get(revision);
      return line?.alias !== alias || line.to !== version;
    });
    expect(lost).toEqual([]);
    for (const alias of ALIASES) {
      const revisions = acknowledged.filter((one) => one.alias === alias).map(({ revision }) => revision);
      expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
      const resolved = await (await fetch(`${server.url}/v1/models/fraud/aliases/${alias}/resolve`)).json();
      const [newest] = [...history].filter(([, line]) => line.alias === alias).toSorted(([a], [b]) => b - a);
      expect(resolved).toMatchObject({ revision: newest?.[0], version: newest?.[1].to });
    }
  }
  expect(await server.end()).toMatchObject({ code: 0 });
  expect(await embeddedPid(folder)).toBeUndefined();
  console.log(`${acknowledged.length} acknowledged moves survived ${KILLS} kills`);
});
