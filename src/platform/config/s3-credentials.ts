import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { reasonOf } from './read-failure.js';

/** Credentials of an S3 account. Never shown. */
export interface ConfiguredS3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where credentials may come from, and where to say what is wrong with them. */
export interface CredentialSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Turns a file's name into its path. */
  readonly path: (name: string) => string;
  readonly problem: (field: string, text: string) => void;
  /** Called with each environment variable that is named. */
  readonly uses: (variable: string) => void;
}

const PARTS = ['accessKeyId', 'secretAccessKey', 'sessionToken'] as const;
type Part = (typeof PARTS)[number];
const WAYS = ['', 'Env', 'File'] as const;

/** The names that the fields of credentials may have: each part as it is, by environment variable, or by file. */
export const CREDENTIAL_FIELDS = PARTS.flatMap((part) => WAYS.map((way) => part + way));

/**
 * Credentials out of fields, each part given in one of three ways: `secretAccessKey` itself, `secretAccessKeyEnv` the
 * environment variable that holds it, `secretAccessKeyFile` the file that does. Null where something is wrong, which is
 * said of the field, never with a value.
 */
export function s3Credentials(
  fields: Readonly<Record<string, unknown>>,
  source: CredentialSource,
): ConfiguredS3Credentials | null {
  const [accessKeyId, secretAccessKey, sessionToken] = PARTS.map((part) => valueOf(part, fields, source));
  if (accessKeyId === null || secretAccessKey === null || sessionToken === null) return null;
  const choice = (part: Part): string => WAYS.map((way) => part + way).join(', ');
  if (accessKeyId === undefined) source.problem('', `it takes one of ${choice('accessKeyId')}`);
  if (secretAccessKey === undefined) source.problem('', `it takes one of ${choice('secretAccessKey')}`);
  if (accessKeyId === undefined || secretAccessKey === undefined) return null;
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

/** Undefined where the part is not given, null where it is given wrongly. */
function valueOf(
  part: Part,
  fields: Readonly<Record<string, unknown>>,
  { env, path, problem, uses }: CredentialSource,
): string | undefined | null {
  const given = WAYS.filter((way) => fields[part + way] !== undefined);
  const [way] = given;
  if (way === undefined) return undefined;
  const field = part + way;
  const wrong = (text: string): null => {
    problem(field, text);
    return null;
  };
  if (given.length > 1) return wrong(`it takes only one of ${given.map((one) => part + one).join(', ')}`);
  const value = fields[field];
  if (typeof value !== 'string' || value === '') return wrong('it takes text that is not empty');
  if (way === '') return isClean(value) ? value : wrong('it has a control character or a space in it');
  if (way === 'Env') {
    uses(value);
    const held = env[value] ?? '';
    if (held === '') return wrong(`the environment variable ${shownName(value)} is not set, or empty`);
    return isClean(held) ? held : wrong(`the environment variable ${shownName(value)} holds a space or a line break`);
  }
  try {
    const held = readFileSync(path(value), 'utf8').trim();
    if (held === '') return wrong(`the file ${shownName(value)} is empty`);
    return isClean(held) ? held : wrong(`the file ${shownName(value)} holds more than one word`);
  } catch (error) {
    return wrong(`the file ${shownName(value)} cannot be read (${reasonOf(error)})`);
  }
}

// They go into headers.
function isClean(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

// Whoever confuses the fields may have put the secret itself where its place is asked for, so a place is only shown that
// cannot well be one: a name with an underscore in it, a path into a folder that is there.
function shownName(name: string): string {
  const isVariable = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(name);
  const isPath = isAbsolute(name) && dirname(name) !== '/' && existsSync(dirname(name));
  return isVariable || isPath ? name : 'that it names';
}
