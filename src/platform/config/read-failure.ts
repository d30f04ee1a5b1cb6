/** Why a file could not be read, in words that hold nothing of what is in it. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EACCES: 'access is refused',
    EISDIR: 'it is a folder',
  };
  return known[code] ?? (code === '' ? 'it is not text' : code);
}
