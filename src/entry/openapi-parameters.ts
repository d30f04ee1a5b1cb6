/** Who is acting; taken by every call that changes what is recorded. */
export const ACTOR = {
  name: 'Lastgood-Actor',
  in: 'header' as const,
  required: false,
  description: 'Who is acting, for the record: percent-encoded UTF-8, 200 characters at most; `anonymous` where absent',
  schema: { type: 'string' },
};

const text = { type: 'string' };
const revision = { type: 'integer', minimum: 0 };

// A parameter of one name is the same thing wherever it stands.
const SCHEMAS: Record<string, object> = {
  model: { type: 'string', pattern: '^[a-z0-9][a-z0-9._-]{0,62}$' },
  alias: { type: 'string', pattern: '^[a-z][a-z0-9-]*$' },
  version: { type: 'string', pattern: '^v?[1-9][0-9]{0,9}$', examples: ['v184', '184'] },
  id: revision,
  job: { type: 'string', pattern: '^[\\x21-\\x7e]{1,200}$' },
  controller: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$' },
  node: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$' },
  digest: { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' },
  pageSize: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
  pageToken: text,
  at: { type: 'string', format: 'date-time' },
  reportedAt: { type: 'string', format: 'date-time' },
  createdAfter: { type: 'string', format: 'date-time' },
  createdBefore: { type: 'string', format: 'date-time' },
  reason: { type: 'string', minLength: 1, maxLength: 2000 },
  revision,
  wait: { type: 'string', pattern: '^[0-9]{1,6}s?$' },
  consistency: { type: 'string', enum: ['strong'] },
  mediaType: text,
  'Idempotency-Key': { type: 'string', pattern: '^[\\x21-\\x7e]{1,200}$' },
  'If-Match': text,
  'If-None-Match': text,
  'Last-Event-ID': revision,
  'Content-Length': { type: 'integer', minimum: 0 },
  Range: text,
};

/** The schema of a parameter: by its name, else as its decorator says, else a text. */
export function parameterSchema(name: string, said: object = {}): object {
  return SCHEMAS[name] ?? (Object.keys(said).length > 0 ? said : text);
}
