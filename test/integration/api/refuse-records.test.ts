import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { registration } from '../../support/registering.js';
import { Refusals } from './refusals.js';

const HEX = '5'.repeat(64);
const BY_DIGEST = /by digest, registry\.example\/team\/server@sha256:<64 hex>/;
const SIXTY_FIVE = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, 'x']));

// Made up, in the shapes that providers give theirs. Put together here so that no scanner takes them for real ones.
const CREDENTIALS: [string, string][] = [
  ['an AWS access key', `AKIA${'Q'.repeat(16)}`],
  ['a GitHub token', `ghp_${'q'.repeat(36)}`],
  ['a Hugging Face token', `hf_${'q'.repeat(34)}`],
  ['a Slack token', `xoxb-${'1'.repeat(12)}`],
  ['a private key', ['-----BEGIN RSA PRIVATE ', 'KEY-----\nMIIE'].join('')],
  ['a JSON web token', `eyJ${'q'.repeat(20)}.eyJ${'q'.repeat(20)}.${'q'.repeat(20)}`],
  ['a URL with a password', 'postgres://ana:open-sesame@db/fraud'],
];

describe('a record that no version can have', () => {
  let api: TestApi;
  let refusals: Refusals;
  beforeAll(async () => {
    api = await startApi();
    refusals = await Refusals.of(api);
  });
  afterAll(async () => {
    await refusals.close();
    await api.close();
  });

  const register = (extra: object) =>
    api
      .as('ana')
      .post('/v1/models/fraud/versions')
      .send(registration(api, 'bad', extra));
  const faults = (extra: object, field: string, says: RegExp, shown?: { value: unknown }) =>
    refusals.faults({ send: () => register(extra), code: 'invalid-request', field, says, ...shown });

  it.each([
    ['server:latest', /must name the image by digest.*a tag can be pushed again/],
    ['registry.example/team/server', /must name the image by digest/],
    ['registry.example:5000/team/server:1.2', /must name the image by digest/],
    [`server@sha256:${'5'.repeat(63)}`, /64 lower-case hex digits/],
    [`server@sha256:${'A'.repeat(64)}`, /64 lower-case hex digits/],
    [`server@sha512:${HEX}`, /64 lower-case hex digits/],
    [`server@sha256:${HEX}@sha256:${HEX}`, /64 lower-case hex digits/],
    [`@sha256:${HEX}`, BY_DIGEST],
    [`Team/Server@sha256:${HEX}`, BY_DIGEST],
    [`server:@sha256:${HEX}`, BY_DIGEST],
    // What stands before the @ of such an address may be a password.
    [`https://server@sha256:${HEX}`, BY_DIGEST, '(hidden)'],
    [`ser ver@sha256:${HEX}`, BY_DIGEST],
    ['', /by digest/],
    [null, BY_DIGEST],
    [5, BY_DIGEST],
  ])('is refused for its image: %j', async (image, says, shown: unknown = image) => {
    expect(await faults({ image }, 'image', says, { value: shown })).toEqual([]);
  });

  it.each([5, null, true, ['x'], {}, { secretRef: '' }, { secretRef: 'vault' }, { secretRef: 5 }, { value: 'x' }])(
    'is refused for an env value that is neither text nor a secret reference: %j',
    async (value) => {
      const says = /must be a string, or a secret reference \{"secretRef": "<provider>:\/\/<path>"\}/;
      expect(await faults({ env: { TOKEN: value } }, 'env.TOKEN', says, { value })).toEqual([]);
      expect(await faults({ env: { OK: 'x', TOKEN: value } }, 'env.TOKEN', says, { value })).toEqual([]);
    },
  );

  it('is refused for more in a secret reference than the reference', async () => {
    const value = { secretRef: 'k8s://ns/name#key', value: 'x' };
    expect(await faults({ env: { TOKEN: value } }, 'env.TOKEN', /must be a string, or a secret/, { value })).toEqual(
      [],
    );
  });

  it.each(['1ST', 'A-B', 'A B', '', 'Ä', 'A=B', 'x'.repeat(256)])(
    'is refused for an env name that no environment takes: %j',
    async (name) => {
      expect(await faults({ env: { [name]: 'x' } }, `env.${name}`, /not an environment variable name/)).toEqual([]);
    },
  );

  it.each(CREDENTIALS)('is refused for %s in its env, which is not repeated', async (kind, secret) => {
    const advice = new RegExp(`looks like ${kind}: store it in a secret store and record \\{"secretRef"`);
    expect(await faults({ env: { X: secret } }, 'env.X', advice, { value: '(hidden)' })).toEqual([]);
    const places: object[] = [
      { env: { X: secret } },
      { env: { X: { secretRef: secret } } },
      { env: { X: [{ name: 'TOKEN', value: secret }] } },
      { env: [`TOKEN=${secret}`] },
      { env: secret },
      { token: secret },
      { image: secret },
      { labels: { x: { y: secret } } },
    ];
    for (const place of places) {
      const { status, text } = await register(place);
      expect(status).toBe(400);
      expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
    }
  });

  it.each(['env', 'serving', 'labels', 'source', 'metrics'])('is refused when its %s is no object', async (field) => {
    for (const value of ['x', 5, [], [{ name: 'A', value: 'x' }], null, true])
      expect(await faults({ [field]: value }, field, /must be (?:a JSON|an) object/, { value })).toEqual([]);
  });

  it.each(['labels', 'source'])('is refused for %s that are not short texts by plain names', async (field) => {
    const bad: [object, RegExp][] = [
      [{ x: 5 }, /has something else than a text of at most 256 characters at "x"/],
      [{ x: null }, /something else than a text/],
      [{ x: { y: 'z' } }, /something else than a text/],
      [{ x: 'y'.repeat(257) }, /something else than a text/],
      [{ 'a b': 'x' }, /has the name "a b": use letters, digits, dot, dash, _ and \//],
      [{ '': 'x' }, /has the name ""/],
      [{ ['k'.repeat(64)]: 'x' }, /at most 63/],
      [SIXTY_FIVE, /must have at most 64 entries/],
    ];
    for (const [value, says] of bad) expect(await faults({ [field]: value }, field, says)).toEqual([]);
  });

  it('is refused for metrics that are not numbers by plain names', async () => {
    const bad: [object, RegExp][] = [
      [{ auc: '0.9' }, /has something else than a number at "auc"/],
      [{ auc: null }, /something else than a number/],
      [{ auc: [0.9] }, /something else than a number/],
      [{ 'a=b': 0.9 }, /has the name "a=b"/],
    ];
    for (const [metrics, says] of bad) expect(await faults({ metrics }, 'metrics', says)).toEqual([]);
  });

  it.each(['yes', 1, null, 'true'])('is refused for createModel: %j', async (createModel) => {
    expect(await faults({ createModel }, 'createModel', /must be true or false/, { value: createModel })).toEqual([]);
  });

  it('is refused with everything that is wrong with it at once', async () => {
    const { body } = await register({ image: 'a:b', env: 'x', labels: 5, nonsense: 1 }).expect(400);
    const fields = body.errors.map(({ field }: { field: string }) => field);
    expect(fields.toSorted()).toEqual(['env', 'image', 'labels', 'nonsense']);
  });

  it.each(['', 'a b', 'x'.repeat(201), 'schlüssel'])('is refused under an Idempotency-Key such as %j', async (key) => {
    const header = Buffer.from(key).toString('latin1');
    const send = () => register({}).set('Idempotency-Key', header);
    const says = /1 to 200 visible ASCII characters/;
    expect(await refusals.faults({ send, code: 'invalid-request', field: 'Idempotency-Key', says })).toEqual([]);
  });

  it('is refused from a person whose name cannot be shown', async () => {
    for (const actor of ['%00', '%0Aroot', 'x'.repeat(201)]) {
      const send = () => register({}).set('Lastgood-Actor', actor);
      const says = /at most 200 printable characters/;
      expect(await refusals.faults({ send, code: 'invalid-request', field: 'Lastgood-Actor', says })).toEqual([]);
    }
  });
});
