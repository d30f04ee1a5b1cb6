import type { MaxAges } from '../../domain/readiness.js';

const LOOK_EVERY_SECONDS = 300;
const READ_EVERY_SECONDS = 86_400;
// One look may be late and one may be lost before what was seen counts as old.
const MISSED_LOOKS = 3;

const look = MISSED_LOOKS * LOOK_EVERY_SECONDS;

/** How old a check may be and still count, in seconds: three times as long as it takes until the next is due. */
export const MAX_AGES: MaxAges = {
  artifact: look,
  image: look,
  env: look,
  config: look,
  pin: look,
  content: MISSED_LOOKS * READ_EVERY_SECONDS,
};
