import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configDigest, servesAsRecorded } from '../../../src/domain/config-digest.js';
import { digestOf } from '../../../src/domain/digest.js';
import { recordDigest, type VersionRecord } from '../../../src/domain/version-record.js';

const RECORD: VersionRecord = {
  artifacts: [{ path: 'a', uri: 's3://models/a', digest: `sha256:${'5'.repeat(64)}`, size: 11 }],
  image: null,
  env: { MODE: 'fast', TOKEN: { secretRef: 'k8s://ns/name#key' } },
  serving: { batch: 8, nested: { b: [1, null], a: true } },
};

const texts = fc.string({ unit: 'grapheme', maxLength: 12 });
const configs = fc.record({
  env: fc.dictionary(texts, fc.oneof(texts, fc.record({ secretRef: texts }))),
  serving: fc.dictionary(texts, fc.jsonValue()),
});

describe("a configuration's digest", () => {
  it('is the SHA-256 of the canonical JSON of env and serving config, which any language can compute', () => {
    const env = '"env":{"MODE":"fast","TOKEN":{"secretRef":"k8s://ns/name#key"}}';
    const text = `{${env},"serving":{"batch":8,"nested":{"a":true,"b":[1,null]}}}`;
    expect(configDigest(RECORD)).toBe(digestOf(text));
    expect(configDigest(RECORD)).toBe('sha256:ed5218809ff66bc36976432d93f5a0224ca84eb5d0d8cdcafb1cb2f2c822d37e');
  });

  it('is the same after the record has been JSON, whatever else stands beside it', () => {
    const property = fc.property(configs, fc.jsonValue(), (config, more) => {
      const back = JSON.parse(JSON.stringify(config)) as typeof config;
      return configDigest(Object.assign(back, { more })) === configDigest(config);
    });
    fc.assert(property);
  });

  it('does not depend on artifacts and image, and differs whenever env or serving config do', () => {
    const other = { ...RECORD, artifacts: [], image: `registry.example/x@sha256:${'6'.repeat(64)}` };
    expect(configDigest(other)).toBe(configDigest(RECORD));
    const property = fc.property(configs, configs, (one, two) => {
      const same = recordDigest({ ...RECORD, ...one }) === recordDigest({ ...RECORD, ...two });
      return (configDigest(one) === configDigest(two)) === same;
    });
    fc.assert(property);
  });

  it("is what a controller serves as recorded by, and so is the record's own digest, and nothing else", () => {
    const recorded = { ...RECORD, digest: recordDigest(RECORD) };
    expect(servesAsRecorded(configDigest(RECORD), recorded)).toBe(true);
    expect(servesAsRecorded(recorded.digest, recorded)).toBe(true);
    const property = fc.property(configs, (config) => !servesAsRecorded(configDigest(config), recorded));
    fc.assert(property);
  });
});
