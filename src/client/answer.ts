import type { Problem } from '../contract/problem.js';
import { LastgoodError, LastgoodUnreachable } from './errors.js';

/** Turns an answer that is not 2xx (nor 304) into the error that the caller gets. Reads the body to its end. */
export async function refusalOf(response: Response, url: string): Promise<LastgoodError | LastgoodUnreachable> {
  const text = await response.text().catch(() => '');
  const problem = problemIn(text);
  if (problem) return new LastgoodError(problem);
  if (response.status === 401 || response.status === 403)
    return new LastgoodError(refusedOnTheWay(response.status, url));
  return stranger(response, url);
}

/** Reads a JSON answer, null where there is nothing new (304). One that is not JSON did not come from Lastgood. */
export async function jsonOf<T>(response: Response, url: string): Promise<T> {
  const text = response.status === 304 ? 'null' : await response.text();
  try {
    const body: T = JSON.parse(text);
    return body;
  } catch {
    throw stranger(response, url);
  }
}

function problemIn(text: string): Problem | null {
  try {
    const body: Partial<Problem> | null = JSON.parse(text);
    const { code, status, type = '', title = String(code), detail = '' } = body ?? {};
    return code === undefined || status === undefined ? null : { ...body, code, status, type, title, detail };
  } catch {
    return null;
  }
}

// A proxy in front of the registry may check tokens too; to the caller that is the same refusal.
function refusedOnTheWay(status: number, url: string): Problem {
  const detail = `${url} answered ${status} without saying why. Check LASTGOOD_TOKEN, and any proxy on the way.`;
  return { type: 'about:blank', title: 'A valid token is needed', status, code: 'unauthorized', detail };
}

function stranger(response: Response, url: string): LastgoodUnreachable {
  const type = response.headers.get('content-type') ?? 'no content type';
  return new LastgoodUnreachable(url, `answered ${response.status} (${type}), which is not an answer of Lastgood`, {
    advice: 'A proxy or another program may listen there. LASTGOOD_URL names the registry.',
  });
}
