import type { Tag } from '@aws-sdk/client-s3';

/** The tag that a lifecycle rule can honour: `lastgood-pin=protected`. */
export const PIN_TAG: Required<Tag> = { Key: 'lastgood-pin', Value: 'protected' };

// AWS, "Categorizing your objects using tags": so many tags an object has at most.
const MOST_TAGS = 10;

/** Whether the pin is among an object's tags. */
export function hasPin(tags: readonly Tag[]): boolean {
  return tags.some(({ Key, Value }) => Key === PIN_TAG.Key && Value === PIN_TAG.Value);
}

/** The tags with the pin among them, the others as they are; null where there is no room for one more. */
export function withPin(tags: readonly Tag[]): Tag[] | null {
  const others = tags.filter(({ Key }) => Key !== PIN_TAG.Key);
  return others.length < MOST_TAGS ? [...others, PIN_TAG] : null;
}

/** The tags without the pin. One of the same name and another value is somebody else's, and stays. */
export function withoutPin(tags: readonly Tag[]): Tag[] {
  return tags.filter(({ Key, Value }) => Key !== PIN_TAG.Key || Value !== PIN_TAG.Value);
}
