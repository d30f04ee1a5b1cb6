import { readFile } from 'node:fs/promises';
import type { VersionInput } from '../client/index.js';
import { usage } from './command-failure.js';

/** The flags of `register` that say what the version is, as commander hands them over. */
export interface VersionFlags {
  image?: string;
  env?: string[];
  secret?: string[];
  serving?: string;
  label?: string[];
  metric?: string[];
  commit?: string;
  run?: string;
  pipeline?: string;
  createModel?: boolean;
}

/** Everything of a version but its artifacts. Throws a usage failure that names the flag and the value. */
export async function versionFromFlags(flags: VersionFlags): Promise<Omit<VersionInput, 'artifacts'>> {
  const { commit, run, pipeline } = flags;
  const secrets = Object.entries(keyValues('--secret', flags.secret, 'HF_TOKEN=k8s://serving/fraud#token'));
  const texts = keyValues('--env', flags.env, 'THRESHOLD=0.5');
  for (const [name] of secrets) {
    if (name in texts) throw usage(`--env ${name} and --secret ${name} name the same variable.`);
  }
  const env = { ...texts, ...Object.fromEntries(secrets.map(([name, secretRef]) => [name, { secretRef }])) };
  return {
    image: flags.image,
    env: unlessEmpty(env),
    serving: flags.serving === undefined ? undefined : await servingConfig(flags.serving),
    source: unlessEmpty(definedOnly({ commit, run, pipeline })),
    labels: unlessEmpty(keyValues('--label', flags.label, 'team=risk')),
    metrics: unlessEmpty(metrics(flags.metric)),
    createModel: flags.createModel,
  };
}

function keyValues(flag: string, pairs: string[] = [], sample: string): Record<string, string> {
  const entries = pairs.map((pair): [string, string] => {
    const equals = pair.indexOf('=');
    if (equals < 1)
      throw usage(`${flag} ${JSON.stringify(pair)} must be a name, = and a value, such as ${flag} ${sample}.`);
    return [pair.slice(0, equals), pair.slice(equals + 1)];
  });
  const twice = entries.find(([name], index) => entries.findIndex(([other]) => other === name) !== index);
  if (twice) throw usage(`${flag} ${twice[0]} is given twice.`);
  return Object.fromEntries(entries);
}

function metrics(pairs: string[] | undefined): Record<string, number> {
  const texts = Object.entries(keyValues('--metric', pairs, 'auc=0.93'));
  return Object.fromEntries(
    texts.map(([name, text]) => {
      const value = text.trim() === '' ? NaN : Number(text);
      if (Number.isFinite(value)) return [name, value];
      throw usage(`--metric ${name}=${text} must be a number, such as --metric ${name}=0.93.`);
    }),
  );
}

// JSON itself begins with a brace; anything else is a file's name.
async function servingConfig(text: string): Promise<Record<string, unknown>> {
  const inline = text.trimStart().startsWith('{');
  const json = inline ? text : await fileText(text);
  const where = inline ? '--serving' : `--serving ${text}`;
  const value = parsed(json, where);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw usage(`${where} must be a JSON object, such as {"batch": 8}.`);
}

function parsed(json: string, where: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw usage(`${where} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function fileText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: Error) => {
    throw usage(`--serving must be JSON or a file that holds it; ${path} cannot be read: ${error.message}`);
  });
}

function definedOnly(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

// Empty parts are left out of the record rather than sent as {}.
function unlessEmpty<V extends object>(value: V): V | undefined {
  return Object.keys(value).length === 0 ? undefined : value;
}
