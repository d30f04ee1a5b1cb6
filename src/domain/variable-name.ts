const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;

/** Whether the text can name an environment variable (POSIX.1, "Environment Variable Definition"), 255 characters at most. */
export function isVariableName(text: string): boolean {
  return NAME.test(text);
}
