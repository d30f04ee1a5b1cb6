// @ts-check

/**
 * Runs `work`, then ends everything that it handed to `own`, the newest first, also when it fails or is interrupted.
 * @template T
 * @param {(own: (end: () => unknown) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function owning(work) {
  /** @type {(() => unknown)[]} */
  const ends = [];
  const endAll = async () => {
    for (let end = ends.pop(); end; end = ends.pop()) await end();
  };
  const interrupted = () => void endAll().finally(() => process.exit(130));
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    return await work((end) => void ends.push(end));
  } finally {
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
    await endAll();
  }
}
