import { gzipSync } from 'node:zlib';
import { digestOf } from '../../../src/domain/digest.js';
import { IMAGE_MANIFEST, type OciPusher, type Pushed } from '../oci-push.js';

const BLOCK = 512;

/** Pushes an image that a runtime can unpack: one layer with these files, and the config that goes with it. */
export async function pushContainerImage(pusher: OciPusher, files: Record<string, Uint8Array>): Promise<Pushed> {
  const tar = tarOf(files);
  const layer = await pusher.blob(gzipSync(tar));
  const about = {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    history: [{ created_by: 'a test' }],
  };
  const config = await pusher.blob(Buffer.from(JSON.stringify(about)), 'application/vnd.oci.image.config.v1+json');
  return pusher.raw({ schemaVersion: 2, mediaType: IMAGE_MANIFEST, config, layers: [layer] }, IMAGE_MANIFEST);
}

/** A tar archive in the format of POSIX.1-1988 (ustar). */
function tarOf(files: Record<string, Uint8Array>): Buffer {
  const parts = Object.entries(files).flatMap(([name, bytes]) => {
    const padding = Buffer.alloc((BLOCK - (bytes.byteLength % BLOCK)) % BLOCK);
    return [headerOf(name, bytes.byteLength), Buffer.from(bytes), padding];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function headerOf(name: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
