// Shapes that providers document for their credentials. A name alone (PASSWORD_MIN_LENGTH) proves nothing.
const CREDENTIALS: [string, RegExp][] = [
  ['an AWS access key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a GitHub token', /\bgh[pousr]_[A-Za-z0-9]{36,}\b/],
  ['a GitHub token', /\bgithub_pat_[A-Za-z0-9_]{22,}\b/],
  ['a GitLab token', /\bglpat-[A-Za-z0-9_-]{20,}/],
  ['a Google API key', /\bAIza[A-Za-z0-9_-]{35}\b/],
  ['a Hugging Face token', /\bhf_[A-Za-z0-9]{30,}\b/],
  ['a Slack token', /\bxox[abprs]-[A-Za-z0-9-]{10,}/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----/],
  ['a JSON web token', /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/],
  ['a URL with a password', /(?:^|[\s"'=])[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@"']+@/i],
];

// Names that can mean nothing else. PASSWORD_MIN_LENGTH and SECRET_ROTATION_DAYS end otherwise, and stay plain.
const SECRET_NAME =
  /(?:^|_)(?:PASSWORD|PASSWD|PGPASSWORD|SECRET|SECRET_KEY|SECRET_ACCESS_KEY|API_KEY|PRIVATE_KEY|AUTH_TOKEN|ACCESS_TOKEN|SESSION_TOKEN)$/i;

/** Whether a variable of this name can only hold a secret. */
export function namesSecret(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** What kind of credential the text holds ("a GitHub token"), or null where it holds none that can be told by its shape. */
export function credentialIn(text: string): string | null {
  return CREDENTIALS.find(([, shape]) => shape.test(text))?.[0] ?? null;
}
