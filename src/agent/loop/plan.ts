import { imageProblem } from '../../domain/image.js';
import type { AssignmentsView, AssignmentView } from '../../contract/node-views.js';
import { nameOf } from '../cache/index.js';

/**
 * The list of assignments in a text or an answer, or null where it is none that can be followed: cut short, of another
 * node, or with names that would not be paths of the cache. An image that is not named by digest is left out of its
 * assignment, as no version can have one.
 */
export function planIn(value: unknown, node: string): AssignmentsView | null {
  const found = (value ?? {}) as Partial<AssignmentsView>;
  if (typeof found !== 'object' || found.node !== node || !Number.isSafeInteger(found.revision)) return null;
  if (!Array.isArray(found.assignments)) return null;
  const assignments = found.assignments.map((one: unknown) => assignmentIn(one));
  if (!assignments.every((one) => one !== null)) return null;
  return { node, revision: Number(found.revision), assignments };
}

function assignmentIn(value: unknown): AssignmentView | null {
  const found = (value ?? {}) as Partial<AssignmentView>;
  const { model = '', version = 0, role, artifacts, image = null, go, waitsFor = null, warm } = found;
  if (typeof found !== 'object' || !isKey({ model, version }) || !Array.isArray(artifacts)) return null;
  if (!artifacts.every((artifact: unknown) => typeof artifact === 'object' && artifact !== null)) return null;
  return {
    model,
    version,
    role: role ?? 'kept',
    artifacts,
    image: imageProblem(image) === null ? image : null,
    go: go === true,
    waitsFor: typeof waitsFor === 'string' ? waitsFor : null,
    warm: warm === true,
  };
}

function isKey(key: { model: string; version: number }): boolean {
  try {
    return nameOf(key) !== '';
  } catch {
    return false;
  }
}
