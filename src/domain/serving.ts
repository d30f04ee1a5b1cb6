/**
 * The fields of a serving config that Lastgood itself understands. Everything else in it is the server's own business
 * and is kept as it is.
 */
export interface KnownServing {
  /** What runs the model: `vllm`, `triton`, `onnxruntime`. */
  runtime?: string;
  command?: string[];
  /** Kubernetes quantities by resource name: `{"nvidia.com/gpu": "1", "memory": "24Gi"}`. */
  resources?: Record<string, string | number>;
  /** Which nodes can serve the version: the labels they must carry. */
  pool?: Record<string, string>;
  replicas?: number;
  /** Replicas that stay loaded after the version stops serving, so that coming back is only a switch. */
  keepWarm?: number;
  /** Paths that answer 2xx: `started` once loaded, `ready` while able to serve. */
  probes?: { started?: string; ready?: string };
  /** Requests sent before the first real one. */
  warmUp?: { method?: string; path: string; body?: unknown }[];
}

type Rule = (value: unknown) => string | null;

const text: Rule = (v) => (typeof v === 'string' && v !== '' ? null : 'must be a text');
const count: Rule = (v) => (Number.isInteger(v) && Number(v) >= 0 ? null : 'must be a whole number from 0');
const path: Rule = (v) => (typeof v === 'string' && v.startsWith('/') ? null : 'must be a path such as /healthz');
const method: Rule = (v) => (typeof v === 'string' && /^[A-Z]+$/.test(v) ? null : 'must be a method such as POST');
const quantity: Rule = (v) =>
  /^[0-9]+(?:\.[0-9]+)?(?:m|k|Ki|M|Mi|G|Gi|T|Ti)?$/.test(String(v))
    ? null
    : 'must be a quantity such as 1, 500m or 24Gi';

const FIELDS: Record<keyof KnownServing, (value: unknown, field: string) => ServingProblem[]> = {
  runtime: one(text),
  command: listOf(one(text)),
  resources: mapOf(quantity),
  pool: mapOf(text),
  replicas: one(count),
  keepWarm: one(count),
  probes: objectOf({ started: path, ready: path }),
  warmUp: listOf(objectOf({ method, path, body: () => null }, ['path'])),
};

/** One thing that is wrong: where in the serving config, what stands there, and what would be right. */
export interface ServingProblem {
  field: string;
  value: unknown;
  problem: string;
}

/** Everything wrong with the known fields of a serving config; empty when it may be recorded. */
export function servingProblems(serving: Record<string, unknown>): ServingProblem[] {
  return Object.entries(FIELDS).flatMap(([name, check]) => {
    const value = serving[name];
    return value === undefined ? [] : check(value, name);
  });
}

function one(rule: Rule): (value: unknown, field: string) => ServingProblem[] {
  return (value, field) => {
    const problem = rule(value);
    return problem === null ? [] : [{ field, value, problem }];
  };
}

function listOf(check: (value: unknown, field: string) => ServingProblem[]) {
  return (value: unknown, field: string): ServingProblem[] => {
    if (!Array.isArray(value)) return [{ field, value, problem: 'must be a list' }];
    return value.flatMap((entry: unknown, index) => check(entry, `${field}[${index}]`));
  };
}

function mapOf(rule: Rule) {
  return (value: unknown, field: string): ServingProblem[] => {
    if (!isObject(value)) return [{ field, value, problem: 'must be an object' }];
    return Object.entries(value).flatMap(([name, entry]) => one(rule)(entry, `${field}.${name}`));
  };
}

function objectOf(rules: Record<string, Rule>, required: string[] = []) {
  return (value: unknown, field: string): ServingProblem[] => {
    if (!isObject(value)) return [{ field, value, problem: 'must be an object' }];
    const known = Object.keys(rules).join(', ');
    const unknown = Object.keys(value).filter((name) => !Object.hasOwn(rules, name));
    return [
      ...unknown.map((name) => ({
        field: `${field}.${name}`,
        value: value[name],
        problem: `is not known; known are ${known}`,
      })),
      ...Object.entries(rules).flatMap(([name, rule]) =>
        value[name] === undefined && !required.includes(name) ? [] : one(rule)(value[name], `${field}.${name}`),
      ),
    ];
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
