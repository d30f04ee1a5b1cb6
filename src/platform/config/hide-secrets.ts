/** What stands where a secret would. */
export const hidden = '(hidden)';

/**
 * Hides the password of a URL, also in text that only resembles one (a bad value is shown back to whoever gave it,
 * and most bad database URLs are nearly right). Everything between the user's colon and the last `@` counts as password.
 */
export function hideUrlPassword(text: string): string {
  const start = /^(?:[a-z][a-z0-9+.-]*:(?=\/))?\/*/i.exec(text)?.[0].length ?? 0;
  const colon = text.indexOf(':', start);
  const at = text.lastIndexOf('@');
  const bare = colon >= 0 && colon < at ? `${text.slice(0, colon)}:${hidden}${text.slice(at)}` : text;
  return bare.replace(/([?&][^=&]*(?:password|secret|token)[^=&]*=)[^&#]*/gi, `$1${hidden}`);
}

/** A list as it is written in the environment: folders with colons as in PATH, all else with commas (hosts have ports). */
function listed(entries: readonly unknown[]): string {
  const folders = entries.some((entry) => typeof entry === 'string' && entry.startsWith('/'));
  return entries.join(folders ? ':' : ',');
}

/** A value as it may be shown: nothing of a secret, no passwords of URLs, lists as they are written in the environment. */
export function shown(value: unknown, sensitive: boolean): string {
  const text = Array.isArray(value) ? listed(value) : String(value);
  if (text === '') return '';
  return sensitive ? hidden : hideUrlPassword(text);
}
