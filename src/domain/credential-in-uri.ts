import { credentialIn } from './credentials.js';

// Words that make the name of a query's parameter that of a credential: X-Amz-Signature, sig, access_token, privateToken.
const WORDS = new Set([
  'apikey',
  'auth',
  'authorization',
  'credential',
  'credentials',
  'hmac',
  'jwt',
  'passwd',
  'pwd',
  'sas',
  'sig',
]);
// The last of words written together means what it means alone: accesstoken, clientsecret. Those that count (max_tokens)
// or name another thing (tokenizer) end otherwise.
const ENDS = /(?:token|secret|password|signature)$/;
// Where to go on in a list: it opens nothing.
const PLACE_IN_A_LIST = /^(?:next|page|continuation)+token$/;
// Names that are one word, or whose words mean it only together.
const NAMES = /^(?:aws)?access-?key(?:-?id)?$|^(?:google-?)?access-?id$|^api-?key$|^client-?secret$/;

/**
 * What in the URI opens what it names ("its user", "X-Amz-Signature"), or null. Presigned URLs of S3, Google and Azure
 * carry their signature in the query; so do tokens of most servers that take any.
 */
export function credentialInUri(uri: string): string | null {
  const [, afterScheme = ''] = /^[a-z][a-z0-9+.-]*:\/\/(.*)$/is.exec(uri) ?? [];
  if (/^[^/?#]*@/.test(afterScheme)) return 'its user';
  const [, query = ''] = /\?(.*)$/s.exec(afterScheme) ?? [];
  // A fragment is no query, yet tokens are passed along in it too.
  for (const [name, value] of new URLSearchParams(query.replaceAll(/[#;]/g, '&'))) {
    if (value !== '' && namesCredential(name)) return name.replaceAll(/[^\w.-]/g, '').slice(0, 60);
  }
  return credentialIn(uri);
}

function namesCredential(name: string): boolean {
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
  if (PLACE_IN_A_LIST.test(words.join(''))) return false;
  return words.some((word) => WORDS.has(word) || ENDS.test(word)) || NAMES.test(words.join('-'));
}
