/** Where a process listens: a host, without the brackets of IPv6, and a port; 0 takes any free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const SHAPE = /^(?:(?<host>\[[0-9a-fA-F:.]+\]|[^\s:[\]/]+):)?(?<port>\d{1,5})$/;

/** Reads `0.0.0.0:7421`, `[::]:7421`, or `7421` alone, which is a port of this machine only. Null where it is neither. */
export function parseListenAddress(text: string): ListenAddress | null {
  const { host = '127.0.0.1', port = '' } = SHAPE.exec(text.trim())?.groups ?? {};
  if (port === '' || Number(port) > 65_535) return null;
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}
