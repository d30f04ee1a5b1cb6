import { endServer } from './end-server.js';
import { disownPostmasterFile, readPostmasterFile } from './postmaster-file.js';
import { commandLine, isRunning, worksIn } from '../../files/process-facts.js';

/** Whether a process is the server of this folder; undefined where it is some PostgreSQL and the folder cannot be told. */
async function isServerOf(pid: number, cluster: string): Promise<boolean | undefined> {
  const command = await commandLine(pid);
  if (command === undefined || !/(^|\/)postgres(:| |$)/.test(command)) return false;
  return command.includes(` -D ${cluster} `) || (await worksIn(pid, cluster));
}

/**
 * Ends the server that an earlier, killed process left running on this folder, and disowns a `postmaster.pid` whose
 * process is dead or something else by now. Call it only as the owner of the folder.
 *
 * A left-over server could also be adopted. Ending it is the sturdier choice: whatever runs afterwards is always our own
 * child, with the settings, port and binaries of this version, and we are told when it dies. It costs a clean
 * restart, well under a second, and loses nothing that was committed.
 *
 * @returns the process number of the server it ended.
 */
export async function endLeftoverServer(cluster: string): Promise<number | undefined> {
  const file = await readPostmasterFile(cluster);
  if (file === undefined) return undefined;
  const ours = (await isRunning(file.pid)) && (await isServerOf(file.pid, cluster));
  if (ours === false) await disownPostmasterFile(cluster);
  if (ours !== true) return undefined; // where we cannot tell, PostgreSQL refuses to start, which is right
  await endServer(file.pid);
  return file.pid;
}
