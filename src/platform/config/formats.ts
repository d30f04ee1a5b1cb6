import convict from 'convict';
import { parseByteSize } from '../../domain/byte-size.js';
import { HOST_PATTERN, parseHostPattern } from '../../domain/host-pattern.js';
import { parseListenAddress } from '../../domain/listen-address.js';
import { nodeNameProblem } from '../../domain/node.js';
import { parsePullLimit } from '../../domain/placement/pull-limit.js';
import { parseNetwork } from '../../domain/network.js';
import { labelsProblem } from '../../domain/text.js';
import { isVariablePattern } from '../../domain/variable-pattern.js';
import { parseHostCredentials } from './host-credentials.js';

/** What a format needs to know of its setting beside the value. */
export interface FormatOptions {
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
}

interface Format {
  /** Completes the sentence "it takes …". */
  takes(options: FormatOptions): string;
  accepts(value: unknown, options: FormatOptions): boolean;
  /** Text from the environment or a flag to a value; text that does not fit is handed back for `accepts` to refuse. */
  parse?(text: string): unknown;
}

const isText = (value: unknown): value is string => typeof value === 'string';

const isUrl = (value: unknown, protocols: readonly string[]): boolean => {
  if (value === '') return true;
  if (!isText(value) || !URL.canParse(value)) return false;
  const url = new URL(value);
  return protocols.includes(url.protocol) && url.hostname !== '';
};

const urlFormat = (example: string, ...protocols: string[]): Format => ({
  takes: () => `a URL like ${example}, or nothing`,
  accepts: (value) => isUrl(value, protocols),
});

const listFormat = (takes: string, fits: (text: string) => boolean): Format => ({
  takes: () => takes,
  accepts: (value) => Array.isArray(value) && value.every((entry: unknown) => isText(entry) && fits(entry)),
  parse: (text) => (text === '' ? [] : text.split(',').map((entry) => entry.trim())),
});

/** `zone=b` as a name and a value. */
export function labelOf(text: string): [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

const count = ({ min = 0, max = Number.MAX_SAFE_INTEGER }: FormatOptions) => ({ min, max });

/** Every kind of value a setting can have. Convict's own number and boolean formats would take `10abc` and `maybe`. */
export const formats = {
  text: {
    takes: () => 'text',
    accepts: isText,
  },
  'filled-text': {
    takes: () => 'text that is not empty',
    accepts: (value) => isText(value) && value.trim() !== '',
  },
  'whole-number': {
    takes: (options) => `a whole number from ${count(options).min} to ${count(options).max}`,
    accepts: (value, options) =>
      Number.isSafeInteger(value) && Number(value) >= count(options).min && Number(value) <= count(options).max,
    parse: (text) => (/^\d+$/.test(text.trim()) ? Number(text) : text),
  },
  'true-or-false': {
    takes: () => 'true or false',
    accepts: (value) => typeof value === 'boolean',
    parse: (text) => ({ true: true, false: false })[text.trim().toLowerCase()] ?? text,
  },
  choice: {
    takes: ({ choices = [] }) => `one of ${choices.join(', ')}`,
    accepts: (value, { choices = [] }) => isText(value) && choices.includes(value),
  },
  'absolute-folders': {
    takes: () => "absolute folders with ':' between them, like /models:/mnt/share",
    accepts: (value) =>
      Array.isArray(value) && value.every((folder: unknown) => isText(folder) && folder.startsWith('/')),
    parse: (text) => (text === '' ? [] : text.split(':').map((folder) => folder.trim())),
  },
  hosts: listFormat(`${HOST_PATTERN}, with commas between them`, (text) => parseHostPattern(text) !== null),
  'variable-names': listFormat(
    'names of environment variables like FRAUD_TOKEN and SERVING_*, with commas between them',
    (text) => isVariablePattern(text),
  ),
  networks: listFormat(
    'networks like 10.0.0.0/8 and fd00::/8, with commas between them',
    (text) => parseNetwork(text) !== null,
  ),
  labels: listFormat(
    'labels like zone=b, with commas between them',
    (text) => /^[^=]+=/.test(text) && labelsProblem(Object.fromEntries([labelOf(text)])) === null,
  ),
  'byte-size': {
    takes: () => 'a size like 800GB, 1.5TiB or 4096 (bytes), or nothing',
    accepts: (value) => value === '' || (isText(value) && parseByteSize(value) !== null),
  },
  'node-name': {
    takes: () =>
      'up to 253 letters, digits, dots, dashes and underscores, beginning with a letter or digit, or nothing',
    accepts: (value) => value === '' || nodeNameProblem(value) === null,
  },
  'listen-address': {
    takes: () => 'a host and a port like 0.0.0.0:7421 or [::]:7421, a port of 127.0.0.1 like 7421, or nothing',
    accepts: (value) => value === '' || (isText(value) && parseListenAddress(value) !== null),
  },
  'host-credentials': {
    takes: () =>
      'JSON like {"registry.example": {"username": "…", "password": "…"}, "models.example": {"token": "…"}}, ' +
      "or Docker's own config.json with its auths",
    accepts: (value) => value === '' || (isText(value) && parseHostCredentials(value) !== null),
  },
  'image-platform': {
    takes: () => 'a platform like linux/amd64 or linux/arm64/v8',
    accepts: (value) => isText(value) && /^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/.test(value),
  },
  'pull-limit': {
    takes: () => 'a number of nodes like 2, or a share of them like 25%',
    accepts: (value) => isText(value) && parsePullLimit(value) !== null,
  },
  'postgres-url': urlFormat('postgresql://user:password@host:5432/lastgood', 'postgres:', 'postgresql:'),
  'redis-url': urlFormat('redis://host:6379', 'redis:', 'rediss:'),
  'http-url': urlFormat('https://host:9000', 'http:', 'https:'),
} satisfies Record<string, Format>;

export type FormatName = keyof typeof formats;

/**
 * What a setting takes, where its value does not fit; nothing where it does.
 */
export function misfit(name: FormatName, value: unknown, options: FormatOptions): string | undefined {
  const format: Format = formats[name];
  return format.accepts(value, options) ? undefined : format.takes(options);
}

for (const [name, format] of Object.entries<Format>(formats)) {
  convict.addFormat({
    name,
    validate(value: unknown, setting: convict.SchemaObj) {
      const options: FormatOptions = { min: setting.min, max: setting.max, choices: setting.choices };
      if (!format.accepts(value, options)) throw new Error(`takes ${format.takes(options)}`);
    },
    coerce: (text: string) => (format.parse ? format.parse(text) : text),
  });
}
