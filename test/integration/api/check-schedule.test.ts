import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { promote, registerVersions } from '../../support/registering.js';
import { RegistryRows } from './registry-rows.js';

const POLL = { timeout: 60_000, interval: 50 };
const LOOK = { live: 300, target: 300, kept: 3600, other: 604_800 };

interface Row {
  version: number;
  depth: string;
  urgency: number;
  seconds: number;
  checked: boolean;
}

describe('the schedule of checks', () => {
  let api: TestApi;
  let rows: RegistryRows;
  beforeAll(async () => {
    api = await startApi({ jobs: true, env: { LASTGOOD_SOAK_WINDOW_SECONDS: '0' } });
    rows = await RegistryRows.of(api.databaseUrl);
    await mkdir(join(api.dataDir, 'artifacts'), { recursive: true });
    for (const seed of [1, 2, 3, 4])
      await writeFile(join(api.dataDir, 'artifacts', `model-${seed}.onnx`), 'hello model');
  });
  afterAll(async () => {
    await rows.close();
    await api.close();
  });

  const rounds = (model: string, depth: string) =>
    rows.query<Row>(
      `SELECT version, depth, urgency, completed_at IS NOT NULL AND picked_at IS NULL AS checked,
              extract(epoch FROM due_at - now())::float8 AS seconds
       FROM check_rounds WHERE model_id = (SELECT id FROM models WHERE name = $1) AND depth = $2 ORDER BY version`,
      [model, depth],
    );
  const urgencies = async (model: string) =>
    (await rounds(model, 'look')).map(({ urgency, checked }) => (checked ? urgency : null));
  const looks = async (model: string, version: number) => {
    const [row] = await rows.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM checks
       WHERE model_id = (SELECT id FROM models WHERE name = $1) AND version = $2 AND kind = 'artifact'`,
      [model, version],
    );
    return row?.n ?? 0;
  };
  /** Makes a round due, once none is under way whose end would move it on. */
  const makeDue = async (model: string, version: number, depth: string) => {
    await expect
      .poll(
        () =>
          rows.query(
            `UPDATE check_rounds SET due_at = now() - interval '1 second'
             WHERE model_id = (SELECT id FROM models WHERE name = $1) AND version = $2 AND depth = $3
               AND picked_at IS NULL RETURNING depth`,
            [model, version, depth],
          ),
        POLL,
      )
      .toHaveLength(1);
  };
  const within = (seconds: number | undefined, interval: number) => {
    expect(seconds).toBeLessThanOrEqual(interval);
    expect(seconds).toBeGreaterThan(interval * 0.84 - 30);
  };

  it('has every version in it from its registration on, and looks at it as rarely as at one that nobody needs', async () => {
    await registerVersions(api, 'fresh', 2);
    await expect.poll(() => urgencies('fresh'), POLL).toEqual([4, 4]);
    for (const { seconds } of await rounds('fresh', 'look')) within(seconds, LOOK.other);
    for (const { seconds, checked } of await rounds('fresh', 'deep')) {
      expect(checked).toBe(false);
      expect(seconds).toBeLessThanOrEqual(30 * 86_400);
    }
  });

  it('looks as often as the roles of versions say, from the move on that gave them those', async () => {
    await registerVersions(api, 'roles', 4);
    await expect.poll(() => urgencies('roles'), POLL).toEqual([4, 4, 4, 4]);
    await promote(api, 'roles', 1);
    await promote(api, 'roles', 2);
    await expect.poll(async () => (await urgencies('roles')).slice(0, 2), POLL).toEqual([1, 0]);
    await promote(api, 'roles', 3);
    await expect.poll(async () => (await urgencies('roles')).slice(1), POLL).toEqual([1, 0, 4]);
    const [, target, live, other] = await rounds('roles', 'look');
    within(target?.seconds, LOOK.target);
    within(live?.seconds, LOOK.live);
    within(other?.seconds, LOOK.other);
  });

  it('looks less often at a version that lost its role, once it has looked at it again', async () => {
    // The bytes are other ones than were registered: reading them, which its role had asked for, asks for a look itself.
    const wasRead = async () => (await rounds('roles', 'deep'))[0]?.checked;
    await expect.poll(wasRead, POLL).toBe(true);
    const before = await looks('roles', 1);
    await makeDue('roles', 1, 'look');
    await expect.poll(() => looks('roles', 1), POLL).toBeGreaterThan(before);
    await expect.poll(async () => (await urgencies('roles'))[0], POLL).toBe(3);
    const secondsLeft = async () => (await rounds('roles', 'look'))[0]?.seconds;
    await expect.poll(secondsLeft, POLL).toBeGreaterThan(0);
    within(await secondsLeft(), LOOK.kept);
  });

  it('reads the bytes of a version that gains a role and was never read, at once, and again in a day', async () => {
    const wasRead = async () => (await rounds('roles', 'deep')).map(({ checked }) => checked);
    await expect.poll(async () => (await wasRead()).slice(1), POLL).toEqual([true, true, false]);
    const [, target, live, other] = await rounds('roles', 'deep');
    within(target?.seconds, 86_400);
    within(live?.seconds, 86_400);
    expect([target?.urgency, live?.urgency, other?.urgency]).toEqual([1, 0, 4]);
  });

  it('looks at what is due again and again, by itself', async () => {
    const before = await looks('roles', 3);
    for (const round of [1, 2]) {
      await makeDue('roles', 3, 'look');
      await expect.poll(() => looks('roles', 3), POLL).toBeGreaterThanOrEqual(before + round);
    }
  });
});
