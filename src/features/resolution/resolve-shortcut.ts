import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Resolutions } from './resolutions.js';
import { sendResolution } from './send-resolution.js';

// How long a connection may go without showing its credentials to the hooks again: a token that is no longer good
// resolves for that much longer.
const ADMITTED_MS = 1000;

interface Admission {
  authorization: string | undefined;
  until: number;
}

/**
 * Resolves in front of the framework, for connections that keep asking. The framework sees a connection's first request,
 * and one a second after that; what its hooks let through is repeated here for as long as the credentials are the same.
 */
export class ResolveShortcut {
  private readonly admissions = new WeakMap<Socket, Admission>();

  constructor(private readonly resolutions: Resolutions) {}

  /** Remembers that every hook has let this request through. */
  admit({ socket, headers }: IncomingMessage): void {
    this.admissions.set(socket, { authorization: headers.authorization, until: performance.now() + ADMITTED_MS });
  }

  /** Answers a plain `GET …/resolve` of an alias in memory, on an admitted connection; false where it is anything else. */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    const entry = this.resolutions.table.at(request.url ?? '');
    if (entry === null || request.method !== 'GET') return false;
    const admission = this.admissions.get(request.socket);
    if (!admission || admission.until < performance.now()) return false;
    if (admission.authorization !== request.headers.authorization) return false;
    sendResolution(entry, this.resolutions.ageSeconds, request, response);
    return true;
  }
}
