import type { ChangeEvent } from './change-memory.js';
import type { Resolution } from './resolution.js';

// Server-sent events as the HTML Living Standard frames them (section 9.2.6): fields by line, an empty line ends one.

/** The comment that keeps a quiet stream alive. */
export const HEARTBEAT = Buffer.from(': still here\n\n');

/**
 * One alias as it stood when the watch began. `upTo` is the revision that the whole snapshot is of: an alias that memory
 * holds newer than that must not lend its id, or a resume from there would miss older changes of other aliases.
 */
export function snapshotFrame({ revision, body }: Resolution, upTo: number): Buffer {
  const head = `event: snapshot\nid: ${Math.min(revision, upTo)}\ndata: {"resolution":`;
  return Buffer.concat([Buffer.from(head), body, Buffer.from('}\n\n')]);
}

/** Says up to where the past is told, so that even a watcher of nothing yet has a revision to resume from. */
export function readyFrame(revision: number): Buffer {
  return Buffer.from(`event: ready\nid: ${revision}\ndata: {"revision":${revision}}\n\n`);
}

// The same bytes for every watcher, so they are made once an event.
const made = new WeakMap<ChangeEvent, Buffer>();

/** One change with the resolution that came with it. */
export function changeFrame(event: ChangeEvent): Buffer {
  const known = made.get(event);
  if (known !== undefined) return known;
  const { change, resolution } = event;
  const head = `event: change\nid: ${change.revision}\ndata: {"change":${JSON.stringify(change)},"resolution":`;
  const frame = Buffer.concat([Buffer.from(head), resolution?.body ?? Buffer.from('null'), Buffer.from('}\n\n')]);
  made.set(event, frame);
  return frame;
}
