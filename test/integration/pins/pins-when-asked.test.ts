import { PutObjectLegalHoldCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import type { ReadinessView } from '../../../src/contract/views.js';
import { promote } from '../../support/registering.js';
import { allowOthers, makeBucket } from '../../support/s3-buckets.js';
import { ownServer } from './pin-places.js';
import { Bucket, pinning, PinWorld, POLL } from './pin-world.js';

const READ = ['s3:GetObject', 's3:ListBucket', 's3:GetObjectLegalHold', 's3:GetObjectTagging'];

describe('a check that somebody asks for', () => {
  const place = ownServer();

  const ask = (world: PinWorld, model: string) =>
    world.api.as('ana').post(`/v1/models/${model}/versions/1/checks`).send({}).expect(202);

  it('sets the pins for which the permission was lacking, and readiness names that permission before', async () => {
    const bucket = new Bucket(place.client, await makeBucket(place.client, 'locked'));
    await allowOthers(place.client, bucket.name, READ);
    const access = { ...place.server, keys: place.server.otherKeys, bucket: bucket.name };
    const world = await PinWorld.start(pinning(access, { LASTGOOD_PIN_INTERVAL_SECONDS: '900' }));
    const uri = await bucket.lay('a.bin');
    await world.register('asked', [uri]);
    await world.register('asked', [uri], { seed: 1 });
    for (const version of [1, 2]) await promote(world.api, 'asked', version);
    await expect.poll(() => world.stateOf('asked', uri), POLL).toBe('forbidden');
    const { body } = await world.api.as('ana').get('/v1/models/asked/aliases/production/readiness').expect(200);
    expect((body as ReadinessView).checklist.find(({ name }) => name === 'pins')).toMatchObject({
      state: 'fail',
      text: 'the pin of v1 is forbidden',
      next: expect.stringContaining('Grant Lastgood’s credentials the permission that the check names.'),
      subjects: [
        { evidence: { permission: 's3:PutObjectLegalHold', said: expect.stringContaining('s3:PutObjectLegalHold') } },
      ],
    });
    await allowOthers(place.client, bucket.name, [...READ, 's3:PutObjectLegalHold']);
    await ask(world, 'asked');
    await expect.poll(() => world.stateOf('asked', uri), POLL).toBe('present');
    expect(await bucket.held('a.bin')).toBe(true);
    await world.close();
  });

  it('sets again what somebody took away since the last sweep', async () => {
    const bucket = new Bucket(place.client, await makeBucket(place.client, 'locked'));
    const access = { ...place.server, bucket: bucket.name };
    const world = await PinWorld.start(pinning(access, { LASTGOOD_PIN_INTERVAL_SECONDS: '900' }));
    const uri = await bucket.lay('a.bin');
    await world.register('taken', [uri]);
    await promote(world.api, 'taken', 1);
    await expect.poll(() => world.stateOf('taken', uri), POLL).toBe('present');
    const LegalHold = { Status: 'OFF' } as const;
    await place.client.send(new PutObjectLegalHoldCommand({ Bucket: bucket.name, Key: 'a.bin', LegalHold }));
    await ask(world, 'taken');
    await expect.poll(() => world.statesOver(uri), POLL).toEqual(['present', 'missing', 'present']);
    expect(await bucket.held('a.bin')).toBe(true);
    await world.close();
  });
});
