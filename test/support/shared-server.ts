/** Something that was started, and how to end it. */
interface Started {
  readonly value: unknown;
  readonly stop: () => Promise<void>;
}

interface Shared {
  readonly started: Promise<Started>;
  users: number;
}

declare global {
  // Every test project loads its own copy of this module, so what they share cannot live in it.
  var lastgoodShared: Map<string, Shared> | undefined;
}

/**
 * Starts something once for all test projects of a run. The last project that lets go of it ends it.
 */
export async function share(
  name: string,
  start: () => Promise<{ value: string; stop: () => Promise<void> }>,
): Promise<{ value: string; letGo: () => Promise<void> }> {
  const all = (globalThis.lastgoodShared ??= new Map<string, Shared>());
  const shared = all.get(name) ?? { started: start(), users: 0 };
  all.set(name, shared);
  shared.users += 1;
  const { value, stop } = await shared.started;
  const letGo = async (): Promise<void> => {
    shared.users -= 1;
    if (shared.users > 0) return;
    all.delete(name);
    await stop();
  };
  return { value: String(value), letGo };
}
