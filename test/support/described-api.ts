import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { checkout } from './run-folder.js';

interface Call {
  operationId: string;
  responses: Record<string, { content?: Record<string, { schema?: object }> }>;
}

interface Document {
  paths: Record<string, Record<string, Call>>;
  components: object;
}

/** An answer as a test saw it. */
export interface Seen {
  readonly method: string;
  /** The address as it was called. */
  readonly path: string;
  readonly status: number;
  /** Without parameters. */
  readonly type: string;
  readonly text: string;
}

/** The committed description of the API, as something to hold answers against. */
export class DescribedApi {
  private readonly document: Document = JSON.parse(readFileSync(join(checkout, 'docs/openapi.json'), 'utf8'));
  private readonly ajv = new Ajv2020({ strict: false, validateFormats: false });
  /** The operations that were answered with success. */
  readonly succeeded = new Set<string>();

  /** Every operation that can succeed. */
  get operations(): string[] {
    return Object.values(this.document.paths)
      .flatMap((item) => Object.values(item))
      .filter(({ responses }) => Object.keys(responses).some((status) => status < '400'))
      .map(({ operationId }) => operationId);
  }

  /** What of an answer is not as described; null where everything is. */
  problemOf({ method, path, status, type, text }: Seen): string | null {
    const call = this.find(method, path);
    if (!call) return 'no such operation';
    const response = call.responses[status];
    if (!response) return `${call.operationId} has no ${status}: ${text}`;
    if (status < 400) this.succeeded.add(call.operationId);
    if (!response.content || method === 'HEAD') return text === '' ? null : 'has a body';
    const { schema } = response.content[type] ?? {};
    if (!schema) return `${call.operationId} ${status} is ${type}, not ${Object.keys(response.content).join()}`;
    if (!type.endsWith('json')) return null;
    const fits = this.ajv.compile({ ...schema, components: this.document.components });
    return fits(JSON.parse(text))
      ? null
      : `${call.operationId} ${status}: ${this.ajv.errorsText(fits.errors)} in ${text}`;
  }

  private find(method: string, path: string): Call | undefined {
    const [plain = ''] = path.split('?');
    const matches = Object.keys(this.document.paths).filter((template) =>
      new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(plain),
    );
    // A fixed name wins over a parameter, as in the router.
    const [template = ''] = matches.toSorted((a, b) => a.split('{').length - b.split('{').length);
    return this.document.paths[template]?.[method.toLowerCase()];
  }
}
