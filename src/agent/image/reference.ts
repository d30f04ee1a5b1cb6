import { imageProblem } from '../../domain/image.js';

/**
 * A recorded image as every runtime takes it: with its registry, and by digest alone. A reference without a host means
 * Docker Hub, and one without a team its `library` (the distribution project's reference.ParseNormalizedNamed). It
 * begins with a letter or digit, so no client takes it for an option. Throws a TypeError for anything but an image.
 */
export function fullReference(image: string): string {
  const problem = imageProblem(image);
  if (problem !== null) throw new TypeError(`the image ${JSON.stringify(image)} ${problem}`);
  const [tagged = '', digest = ''] = image.split('@');
  const name = tagged.lastIndexOf(':') > tagged.lastIndexOf('/') ? tagged.slice(0, tagged.lastIndexOf(':')) : tagged;
  const [first = '', ...rest] = name.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  if (hasHost) return `${name}@${digest}`;
  return `docker.io/${rest.length === 0 ? `library/${name}` : name}@${digest}`;
}

/** The registry of a full reference, with its port where it has one. */
export function hostOf(reference: string): string {
  return reference.slice(0, reference.indexOf('/'));
}
