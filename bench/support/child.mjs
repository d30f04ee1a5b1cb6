// @ts-check
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * A helper process that answers orders one at a time, over Node's channel between parent and child.
 * @param {URL} program
 * @param {(end: () => unknown) => void} own
 */
export function startChild(program, own) {
  const child = fork(fileURLToPath(program), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  own(() => void child.kill('SIGKILL'));
  return {
    pid: /** @type {number} */ (child.pid),
    /**
     * @param {object} order
     * @returns {Promise<any>} what the process answered
     */
    ask(order) {
      return new Promise((resolve, reject) => {
        const ended = (/** @type {number | null} */ code) => reject(new Error(`${program.pathname} ended (${code})`));
        child.once('exit', ended);
        child.once('message', (/** @type {{ error?: string }} */ answer) => {
          child.off('exit', ended);
          if (answer.error === undefined) resolve(answer);
          else reject(new Error(answer.error));
        });
        child.send(order);
      });
    },
  };
}

/**
 * The child's side: answers every order with what `obey` returns or why it failed.
 * @param {(order: any) => Promise<object>} obey
 */
export function obeyParent(obey) {
  const reply = (/** @type {object} */ answer) => process.send?.(answer);
  process.on(
    'message',
    (order) => void obey(order).then(reply, (error) => reply({ error: String(error?.stack ?? error) })),
  );
  process.on('disconnect', () => process.exit());
}
