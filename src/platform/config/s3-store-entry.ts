import {
  CREDENTIAL_FIELDS,
  s3Credentials,
  type ConfiguredS3Credentials,
  type CredentialSource,
} from './s3-credentials.js';

/** A further S3 store, for what lies in its buckets. */
export interface ConfiguredS3Store {
  readonly name: string;
  /** Left out for AWS. */
  readonly endpoint?: string;
  readonly region: string;
  readonly forcePathStyle?: boolean;
  readonly buckets: readonly string[];
  /** Left out for the usual AWS credential chain. */
  readonly credentials?: ConfiguredS3Credentials;
}

const FIELDS = ['name', 'endpoint', 'region', 'forcePathStyle', 'buckets', 'credentials'];
const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/i;
// Wider than AWS's rules: older buckets and other servers know more names.
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,254}$/i;

/** One store out of JSON; null where something is wrong with it, which is said of the field. */
export function s3StoreEntry(json: unknown, source: CredentialSource): ConfiguredS3Store | null {
  let good = true;
  const problem = (field: string, text: string): void => {
    good = false;
    source.problem(field, text);
  };
  const fields = asObject(json);
  if (fields === null) {
    problem('', 'it takes an object, like {"name": "eu", "buckets": ["models"]}');
    return null;
  }
  unknownFields(fields, FIELDS, problem);
  const { name, endpoint, region = 'us-east-1', forcePathStyle, buckets, credentials } = fields;
  if (!isText(name) || !NAME.test(name)) problem('name', 'it takes a name of letters, digits, dots and dashes');
  if (endpoint !== undefined && !isServer(endpoint))
    problem('endpoint', 'it takes a URL like https://host:9000, without a user; left out, it is AWS');
  if (!isText(region) || region.trim() === '') problem('region', 'it takes text that is not empty');
  if (forcePathStyle !== undefined && typeof forcePathStyle !== 'boolean')
    problem('forcePathStyle', 'it takes true or false');
  const named: unknown[] = Array.isArray(buckets) ? buckets : [];
  if (named.length === 0 || !named.every((bucket) => isText(bucket) && BUCKET.test(bucket)))
    problem('buckets', 'it takes a list of the names of buckets, like ["models", "archive"]');
  const keys = credentials === undefined ? undefined : credentialsIn(credentials, { ...source, problem });
  if (!good) return null;
  return {
    name: String(name),
    region: String(region),
    buckets: named.map(String),
    ...(isText(endpoint) ? { endpoint } : {}),
    ...(typeof forcePathStyle === 'boolean' ? { forcePathStyle } : {}),
    ...(keys ? { credentials: keys } : {}),
  };
}

function credentialsIn(json: unknown, source: CredentialSource): ConfiguredS3Credentials | null {
  const problem: CredentialSource['problem'] = (field, text) =>
    source.problem(field === '' ? 'credentials' : `credentials.${field}`, text);
  const fields = asObject(json);
  if (fields !== null) {
    unknownFields(fields, CREDENTIAL_FIELDS, problem);
    return s3Credentials(fields, { ...source, problem });
  }
  problem('', 'it takes an object; left out, the usual AWS credential chain is used');
  return null;
}

function unknownFields(
  fields: Readonly<Record<string, unknown>>,
  known: readonly string[],
  problem: CredentialSource['problem'],
): void {
  const unknown = Object.keys(fields).filter((field) => !known.includes(field));
  // A key may be a secret that slipped out of its place, so only what looks like a field is shown.
  const shown = unknown.map((field) => (/^[a-z]{1,30}$/i.test(field) ? field : '…'));
  if (unknown.length > 0) problem('', `it has no ${shown.join(', ')}; its fields are ${known.join(', ')}`);
}

function isServer(value: unknown): boolean {
  if (!isText(value) || !URL.canParse(value)) return false;
  const { protocol, hostname, username, password } = new URL(value);
  return ['http:', 'https:'].includes(protocol) && hostname !== '' && username === '' && password === '';
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}
