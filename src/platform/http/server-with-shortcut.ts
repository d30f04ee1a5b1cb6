import { createServer, type RequestListener, type Server } from 'node:http';

/** Answers a request and returns true, or returns false and leaves it as it is to the framework. */
export type Shortcut = (...exchange: Parameters<RequestListener>) => boolean;

const shortcuts = new WeakMap<Server, { take: Shortcut }>();

/**
 * Fastify's `serverFactory`: the server that it would make by itself, on which {@link setShortcut} can put an answer in
 * front of the framework. Measured on a small answer, the framework's own way to a handler costs as much as all of
 * `node:http`.
 */
export function serverWithShortcut(framework: RequestListener, options: Record<string, unknown>): Server {
  const shortcut = { take: (() => false) as Shortcut };
  const server = createServer((request, response) => {
    if (!shortcut.take(request, response)) framework(request, response);
  });
  shortcuts.set(server, shortcut);
  server.keepAliveTimeout = Number(options['keepAliveTimeout']);
  server.requestTimeout = Number(options['requestTimeout']);
  server.setTimeout(Number(options['connectionTimeout']));
  return server;
}

/**
 * Puts `take` in front of everything: no hook and no token check runs before it, so it may answer only what those have
 * let through before. Throws for a server that {@link serverWithShortcut} did not make.
 */
export function setShortcut(server: Server, take: Shortcut): void {
  const shortcut = shortcuts.get(server);
  if (!shortcut) throw new Error('this server was not made by serverWithShortcut');
  shortcut.take = take;
}
