/** What a server is started with. */
export interface ServerOptions {
  readonly cluster: string;
  readonly port: number;
  /** False trades safety for speed: a crash of the machine may lose or ruin the data. For tests. */
  readonly durable: boolean;
}

/**
 * The command line of the server. Settings are given here and not in postgresql.conf, so that a new version of ours
 * changes them for folders that exist already.
 */
export function serverArguments({ cluster, port, durable }: ServerOptions): string[] {
  const safety = durable ? 'on' : 'off';
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '', // its path may be too long for a socket, and one way in is enough
    port,
    max_connections: 200,
    password_encryption: 'scram-sha-256',
    fsync: safety,
    synchronous_commit: safety,
    full_page_writes: safety,
    max_wal_size: '512MB', // a laptop's disk rather than the last bit of write speed
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off', // one idle line every five minutes says nothing to anyone
  };
  return ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
