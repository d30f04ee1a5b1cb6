import * as fc from 'fast-check';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/domain/digest.js';
import { verified } from '../../src/stores/verifying-stream.js';

const pieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });

describe('a verifying stream', () => {
  it('passes exactly the announced bytes, however they are cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, async (chunks) => {
        const bytes = Buffer.concat(chunks);
        const announced = { digest: digestOf(bytes), size: bytes.byteLength };
        const stream = verified(Readable.from(chunks, { objectMode: true }), announced);
        expect((await buffer(stream)).equals(bytes)).toBe(true);
      }),
    );
  });

  it('ends badly for every other announcement', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, fc.integer({ min: -3, max: 3 }), fc.boolean(), async (chunks, off, otherBytes) => {
        const bytes = Buffer.concat(chunks);
        fc.pre((off !== 0 || otherBytes) && bytes.byteLength + off >= 0);
        const digest = digestOf(otherBytes ? Buffer.concat([bytes, Buffer.from('!')]) : bytes);
        const stream = verified(Readable.from(chunks), { digest, size: bytes.byteLength + off });
        const code = off > 0 ? 'too-few-bytes' : off < 0 ? 'too-many-bytes' : 'wrong-digest';
        await expect(buffer(stream)).rejects.toMatchObject({ name: 'ContentMismatch', code });
      }),
    );
  });

  it('stops reading a source that never ends', async () => {
    let read = 0;
    const endless = new Readable({
      read() {
        read += 1_000;
        this.push(Buffer.alloc(1_000));
      },
    });
    const stream = verified(endless, { digest: digestOf(''), size: 10_000 });
    await expect(buffer(stream)).rejects.toMatchObject({ code: 'too-many-bytes' });
    expect(endless.destroyed).toBe(true);
    expect(read).toBeLessThan(200_000);
  });

  it('destroys a source that nobody has begun to read', async () => {
    const source = Readable.from([Buffer.from('x')]);
    const stream = verified(source, { digest: digestOf('x'), size: 1 });
    stream.destroy();
    await new Promise((resolve) => source.once('close', resolve));
    expect(source.destroyed).toBe(true);
  });
});
