import type { ArtifactInput } from '../client/index.js';
import { usage } from './command-failure.js';
import { byHand, measureArtifact } from './measure-artifact.js';
import type { Shell } from './shell.js';

const KEYS = ['uri', 'digest', 'size', 'path', 'media-type'] as const;
const BOUNDARY = new RegExp(`,(?=(?:${KEYS.join('|')})=)`);
const SAMPLE = '--artifact uri=s3://models/model.onnx,digest=sha256:<64 hex>,size=2327524';

const UNWATCHED: Pick<Shell, 'progress'> = {
  progress: () => Promise.resolve({ advanceTo: () => undefined, stop: () => undefined }),
};

type Parts = Partial<Record<(typeof KEYS)[number], string>>;

/**
 * One `--artifact`: `uri=…,digest=…,size=…,path=…,media-type=…`, or a URI alone. For a `file://` URI that this machine
 * can read, digest and size are filled in from the file, or from all files below a folder. Throws a usage failure that
 * names what is missing and says how to come by it.
 */
export async function artifactFromFlag(
  text: string,
  shell: Pick<Shell, 'progress'> = UNWATCHED,
): Promise<ArtifactInput> {
  const { uri, digest, size, path, 'media-type': mediaType } = partsOf(text);
  if (uri === undefined) throw usage(`--artifact ${JSON.stringify(text)} has no uri=. Example: ${SAMPLE}`);
  const known = digest === undefined || size === undefined ? await measureArtifact(uri, shell) : null;
  const bytes = size === undefined ? known?.size : byteCount(size, text);
  const sum = digest ?? known?.digest;
  if (sum === undefined || bytes === undefined) {
    const missing = [sum === undefined ? 'digest=' : '', bytes === undefined ? 'size=' : '']
      .filter(Boolean)
      .join(' and ');
    const how = `only file:// URIs can be measured from here. Example: ${SAMPLE}${byHand(uri)}`;
    throw usage(`--artifact ${uri} needs ${missing}: ${how}`);
  }
  return {
    uri,
    digest: sum,
    size: bytes,
    ...(path === undefined ? {} : { path }),
    ...(mediaType ? { mediaType } : {}),
  };
}

// A URI may contain commas, so only a comma before one of our keys separates.
function partsOf(text: string): Parts {
  const parts: Parts = {};
  for (const part of text.split(BOUNDARY)) {
    const key = KEYS.find((name) => part.startsWith(`${name}=`));
    if (key === undefined && /^[a-z][a-z0-9+.-]*:\/\//.test(part)) parts.uri = part;
    else if (key === undefined) throw usage(`--artifact ${JSON.stringify(part)} must begin with ${KEYS.join('=, ')}=.`);
    else if (parts[key] !== undefined) throw usage(`--artifact ${JSON.stringify(text)} has ${key}= twice.`);
    else parts[key] = part.slice(key.length + 1);
  }
  return parts;
}

function byteCount(size: string, text: string): number {
  if (/^\d{1,15}$/.test(size)) return Number(size);
  throw usage(`--artifact ${JSON.stringify(text)}: size=${size} must be a number of bytes.`);
}
