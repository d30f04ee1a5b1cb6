import { Client } from 'pg';
import type request from 'supertest';
import { expect } from 'vitest';
import { ERRORS, type ErrorCode } from '../../../src/contract/errors.js';
import type { Problem } from '../../../src/contract/problem.js';
import type { TestApi } from '../../support/api.js';

type Agent = ReturnType<TestApi['as']>;

/** A request that must be refused, and what the refusal must say. */
export interface BadRequest {
  send: (agent: Agent) => request.Test;
  code: ErrorCode;
  /** The field that is named; left out where the refusal is not about one. */
  field?: string;
  /** What it must show of the value; left out where there is none to show. */
  value?: unknown;
  /** Words of the message, or of the detail where no field is named: what would be right. */
  says: RegExp;
}

/** Checks what every refusal promises, and that the registry is the same afterwards, row for row. */
export class Refusals {
  private constructor(
    private readonly api: TestApi,
    private readonly client: Client,
  ) {}

  static async of(api: TestApi): Promise<Refusals> {
    const client = new Client({ connectionString: api.databaseUrl });
    await client.connect();
    return new Refusals(api, client);
  }

  close(): Promise<void> {
    return this.client.end();
  }

  /** Every table with its number of rows and a digest of what stands in them. */
  async contents(): Promise<Record<string, string>> {
    const { rows: tables }: { rows: { name: string }[] } = await this.client.query(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
    );
    const counted = tables.map(
      ({
        name,
      }) => `SELECT '${name}' AS name, count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '')
                     AS rows FROM ${name} t`,
    );
    const { rows }: { rows: { name: string; rows: string }[] } = await this.client.query(counted.join(' UNION ALL '));
    return Object.fromEntries(rows.map((row) => [row.name, row.rows]));
  }

  async expect({ send, code, says, ...bad }: BadRequest): Promise<Problem> {
    const before = await this.contents();
    const answer = await send(this.api.as('ana'));
    const problem = answer.body as Problem;
    const { status, title } = ERRORS[code];
    expect(problem).toMatchObject({ code, status, title, type: `urn:lastgood:problem:${code}` });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(problem.instance).toBe(answer.request.url.slice(this.api.url.length));
    if (bad.field === undefined) {
      expect(problem.detail).toMatch(says);
    } else {
      const named = problem.errors?.find(({ field }) => field === bad.field);
      expect(named, `${bad.field} among ${JSON.stringify(problem.errors)}`).toBeDefined();
      expect(named?.message).toMatch(says);
      expect(problem.detail).toContain(`${bad.field} ${named?.message}`);
      if ('value' in bad) expect(named?.value).toEqual(bad.value);
    }
    expect(await this.contents()).toEqual(before);
    return problem;
  }
}
