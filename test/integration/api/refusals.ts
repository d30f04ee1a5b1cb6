import { isDeepStrictEqual } from 'node:util';
import type request from 'supertest';
import { ERRORS, type ErrorCode } from '../../../src/contract/errors.js';
import type { Problem } from '../../../src/contract/problem.js';
import type { TestApi } from '../../support/api.js';
import { RegistryRows } from './registry-rows.js';

export type Agent = ReturnType<TestApi['as']>;

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
    private readonly rows: RegistryRows,
  ) {}

  static async of(api: TestApi): Promise<Refusals> {
    return new Refusals(api, await RegistryRows.of(api.databaseUrl));
  }

  close(): Promise<void> {
    return this.rows.close();
  }

  /** Every row of the registry, told apart by what stands in it. */
  contents(): Promise<Record<string, string>> {
    return this.rows.contents();
  }

  /** Sends the request and lists what its refusal got wrong; nothing, when all is as it should be. */
  async faults(bad: BadRequest): Promise<string[]> {
    const before = await this.contents();
    const answer = await bad.send(this.api.as('ana'));
    const after = await this.contents();
    const problem = answer.body as Problem;
    const faults = [...shapeFaults(bad, answer, this.api.url), ...wordFaults(bad, problem)];
    if (!isDeepStrictEqual(before, after)) faults.push(`it changed ${JSON.stringify([before, after])}`);
    return faults.length === 0 ? [] : [...faults, JSON.stringify(problem)];
  }
}

function shapeFaults({ code }: BadRequest, answer: request.Response, base: string): string[] {
  const { status, title } = ERRORS[code];
  const problem = answer.body as Problem;
  const wanted = { code, status, title, type: `urn:lastgood:problem:${code}` };
  const found = { code: problem.code, status: problem.status, title: problem.title, type: problem.type };
  const type = String(answer.headers['content-type']);
  return [
    ...(isDeepStrictEqual(wanted, found) ? [] : [`not a ${code} problem`]),
    ...(answer.status === status ? [] : [`HTTP status ${answer.status}`]),
    ...(type === 'application/problem+json; charset=utf-8' ? [] : [`content type ${type}`]),
    ...(problem.instance === answer.request.url.slice(base.length) ? [] : [`instance ${problem.instance}`]),
  ];
}

function wordFaults(bad: BadRequest, { detail, errors = [] }: Problem): string[] {
  if (bad.field === undefined) return bad.says.test(detail) ? [] : [`the detail does not say ${bad.says}`];
  const named = errors.find(({ field }) => field === bad.field);
  if (!named) return [`${bad.field} is not named`];
  return [
    ...(bad.says.test(named.message) ? [] : [`the message does not say ${bad.says}`]),
    ...(bad.code !== 'invalid-request' || detail.includes(`${bad.field} ${named.message}`)
      ? []
      : ['the detail does not hold the message']),
    ...(!('value' in bad) || isDeepStrictEqual(named.value, bad.value) ? [] : ['the value is not shown']),
  ];
}
