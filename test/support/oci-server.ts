import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { registryProgram } from './oci-package.js';
import { onInterrupt } from './s3-on-interrupt.js';
import { freePorts } from './s3-ports.js';
import { makeRunFolder, notePid } from './s3-run-folder.js';

const READY_WITHIN_MS = 60_000;

/** What a registry asks of its callers, as its configuration has it; left out, nothing. */
export type RegistryAuth =
  | { readonly htpasswd: string }
  | { readonly token: { realm: string; service: string; issuer: string; rootCertificate: string } };

/** A running registry with an empty store in a folder of its own. */
export interface OciServer {
  /** `127.0.0.1:port`, spoken to without TLS. */
  readonly host: string;
  /** Where its files lie; what is changed there, it serves changed. */
  readonly folder: string;
  /** An outage: the port refuses connections; what was stored stays. */
  stop(): Promise<void>;
  /** Ends the outage, on the same port. */
  start(): Promise<void>;
  /** Ends the server for good and removes all that it stored. */
  close(): Promise<void>;
}

/** Starts a registry of its own on a free port of 127.0.0.1. Takes a tenth of a second once the program is there. */
export async function startOciServer(auth?: RegistryAuth, checkout = process.cwd()): Promise<OciServer> {
  const program = await registryProgram(checkout);
  const folder = await makeRunFolder(checkout);
  const [port = 0] = await freePorts(1);
  const host = `127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const forget = onInterrupt(() => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const start = async (): Promise<void> => {
    // PR_SET_PDEATHSIG (prctl(2)): the kernel ends the registry when this process dies, even by SIGKILL.
    const command = ['--pdeathsig', 'KILL', program, 'serve', 'config.yml'];
    const log = await open(join(folder, 'registry.log'), 'a');
    child = spawn('setpriv', command, { cwd: folder, stdio: ['ignore', log.fd, log.fd] });
    await once(child, 'spawn');
    await log.close();
    await notePid(folder, 'registry', child.pid ?? 0);
    await answering(host, child, folder);
  };
  const close = async (): Promise<void> => {
    forget();
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await writeFile(join(folder, 'config.yml'), await configuration(folder, host, auth));
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  return { host, folder: join(folder, 'store'), start, stop: () => end(child), close };
}

// JSON is YAML. Without a cache, so that a change on disk shows at once.
async function configuration(folder: string, host: string, auth: RegistryAuth | undefined): Promise<string> {
  const known = { version: '0.1', log: { level: 'warn' } };
  const storage = { filesystem: { rootdirectory: join(folder, 'store') }, delete: { enabled: true } };
  // Layers that lie elsewhere are refused unless their addresses are allowed.
  const validation = { manifests: { urls: { allow: ['^https://'] } } };
  const base = { ...known, storage, validation, http: { addr: host } };
  if (auth === undefined) return JSON.stringify(base);
  const file = join(folder, 'auth');
  if ('htpasswd' in auth) {
    await writeFile(file, auth.htpasswd);
    return JSON.stringify({ ...base, auth: { htpasswd: { realm: 'tests', path: file } } });
  }
  const { realm, service, issuer, rootCertificate } = auth.token;
  await writeFile(file, rootCertificate);
  return JSON.stringify({ ...base, auth: { token: { realm, service, issuer, rootcertbundle: file } } });
}

async function answering(host: string, child: ChildProcess, folder: string): Promise<void> {
  for (const deadline = Date.now() + READY_WITHIN_MS; Date.now() < deadline && !hasEnded(child); await wait(10)) {
    const answered = await fetch(`http://${host}/`).then(
      () => true,
      () => false,
    );
    if (answered) return;
  }
  throw new Error(`the registry did not start:\n${await readFile(join(folder, 'registry.log'), 'utf8')}`);
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (!child || hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
