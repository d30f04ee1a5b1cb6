import type { Pinner } from '../../src/stores/pinner.js';

/** Pins of a real store, with the means to lay things there and to change them behind its back. */
export interface PinnerUnderTest {
  readonly pinner: Pinner;
  /** Lays something there that takes one pin, and answers what a version would name it. */
  plant(name: string): Promise<string>;
  /** What a version would name something that is not there. */
  absent(name: string): string;
  /** Takes the pin away, as a person would, by other means than the pinner. */
  strip(place: string): Promise<void>;
  /** Runs with pins whose credentials may read, and may not pin. `permission` is what they lack. */
  whileForbidden<T>(look: (pinner: Pinner, subject: string, permission: string) => Promise<T>): Promise<T>;
  whileUnreachable<T>(look: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Every place behind what a version names. */
export async function placesOf(pinner: Pinner, subject: string): Promise<string[]> {
  const places: string[] = [];
  for await (const place of pinner.places(subject)) places.push(place);
  return places;
}

/** The one place behind something that takes one pin. */
export async function placeOf(pinner: Pinner, subject: string): Promise<string> {
  const [place] = await placesOf(pinner, subject);
  if (place === undefined) throw new Error(`nothing lies behind ${subject}`);
  return place;
}
