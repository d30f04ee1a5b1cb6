import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { reasonOf } from './read-failure.js';
import { s3StoreEntry, type ConfiguredS3Store } from './s3-store-entry.js';

/** What a file of further S3 stores says, or what is wrong with it. */
export interface S3StoresFile {
  readonly stores: readonly ConfiguredS3Store[];
  /** Each names a field; none holds a value that could be a secret. */
  readonly problems: readonly string[];
  /** The environment variables that the file names. */
  readonly variables: readonly string[];
}

/**
 * Reads a file of further S3 stores: a JSON list of them. `uploads` is the bucket of `S3_BUCKET`, or '': `s3://bucket/key`
 * names no server, so a bucket belongs to one store alone. Files that the file names are relative to its folder.
 */
export function readS3Stores(
  file: string,
  uploads: string,
  env: Readonly<Record<string, string | undefined>>,
): S3StoresFile {
  const json = parsed(file);
  if (typeof json === 'string') return { stores: [], problems: [json], variables: [] };
  const [problems, variables]: [string[], string[]] = [[], []];
  const stores = json.list.flatMap((entry, index) => {
    const store = s3StoreEntry(entry, {
      env,
      path: (name) => resolve(dirname(file), name),
      problem: (field, text) => void problems.push(`[${index}]${field === '' ? '' : `.${field}`}: ${text}`),
      uses: (variable) => void variables.push(variable),
    });
    return store === null ? [] : [store];
  });
  return { stores, problems: [...problems, ...repeated(stores, uploads)], variables };
}

function parsed(file: string): { list: readonly unknown[] } | string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return `the file cannot be read (${reasonOf(error)})`;
  }
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return { list };
    return 'the file must hold a list of stores, like [{"name": "eu", "buckets": ["models"]}]';
  } catch (error) {
    return `the file does not hold JSON${placeOf(error, text)}`;
  }
}

// The parser's own words show a piece of the text, and that may be a secret.
function placeOf(error: unknown, text: string): string {
  const [, position] = /at position (\d+)/.exec(String(error)) ?? [];
  if (position === undefined) return '';
  const before = text.slice(0, Number(position)).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1) ?? '').length + 1})`;
}

function repeated(stores: readonly ConfiguredS3Store[], uploads: string): string[] {
  const owners = new Map<string, string>(uploads === '' ? [] : [[uploads, 'the store of S3_BUCKET']]);
  const names = new Set<string>();
  const problems: string[] = [];
  for (const { name, buckets } of stores) {
    if (names.has(name)) problems.push(`two stores have the name "${name}": give each its own`);
    names.add(name);
    for (const bucket of buckets) {
      const owner = owners.get(bucket);
      const own = `the store "${name}"`;
      if (owner === own) problems.push(`${own} names the bucket "${bucket}" twice`);
      else if (owner !== undefined)
        problems.push(
          `the bucket "${bucket}" is in ${owner} and in ${own}: s3://${bucket}/… can mean only one of them`,
        );
      owners.set(bucket, own);
    }
  }
  return problems;
}
