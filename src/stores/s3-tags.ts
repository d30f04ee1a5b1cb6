import type { Tag } from '@aws-sdk/client-s3';

/**
 * The tag of an object that is protected. A lifecycle rule can ask for a tag and its value, and never for its absence, so
 * what is no longer protected says so: a rule may then expire that, and nothing else.
 */
export const PIN_TAG: Required<Tag> = { Key: 'lastgood-pin', Value: 'protected' };
const RELEASED = 'released';

// AWS, "Categorizing your objects using tags": so many tags an object has at most.
const MOST_TAGS = 10;

/** Whether the pin is among an object's tags. */
export function hasPin(tags: readonly Tag[]): boolean {
  return tags.some(isPin);
}

/** The tags with the pin among them, the others as they are; null where there is no room for one more. */
export function withPin(tags: readonly Tag[]): Tag[] | null {
  const others = tags.filter(({ Key }) => Key !== PIN_TAG.Key);
  return others.length < MOST_TAGS ? [...others, PIN_TAG] : null;
}

/** The tags with the pin released, the others as they are. */
export function released(tags: readonly Tag[]): Tag[] {
  return tags.map((tag) => (isPin(tag) ? { ...PIN_TAG, Value: RELEASED } : tag));
}

function isPin({ Key, Value }: Tag): boolean {
  return Key === PIN_TAG.Key && Value === PIN_TAG.Value;
}
