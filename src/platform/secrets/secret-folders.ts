/** What came of asking a folder: a value, or what to say of one that does not answer. */
export type FolderAnswer<T> = { readonly value: T } | { readonly silent: string };

/** The calls to one folder, which may lie on a share that hangs. */
export interface SecretFolder {
  /** Does one thing with the folder, one call of the file system at a time. Throws what that throws, and the signal's reason. */
  run<T>(work: () => Promise<T>, options: { readonly signal: AbortSignal }): Promise<FolderAnswer<T>>;
}

/** How this process asks folders: `Folders` of the stores, as far as secrets need it. */
export interface SecretFolders {
  of(path: string): SecretFolder;
  /** For a path that is in none of the folders as it is written. */
  elsewhere(): SecretFolder;
}
