/** How a command calls what chooses its host and its port. */
export interface ListenWords {
  readonly host: string;
  readonly port: string;
}

/** Says why a process cannot listen there, and what to choose instead. */
export function whyNotListening(
  error: unknown,
  { host, port }: { host: string; port: number },
  words: ListenWords,
): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (code === 'EADDRINUSE') return `something listens on ${place} already: stop it, or choose another ${words.port}.`;
  if (code === 'EACCES') return `this user may not listen on ${place}: choose a ${words.port} from 1024.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `${host} is not an address of this machine: choose another ${words.host}, such as 127.0.0.1 or 0.0.0.0.`;
  return `cannot listen on ${place}: ${message}`;
}
