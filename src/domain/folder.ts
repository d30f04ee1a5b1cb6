/** Whether the path lies below the folder; both are absolute. */
export function isInside(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** Whether what lies at an absolute path is no file: the environment of this process, its memory, what the kernel knows. */
export function isMachinesOwn(path: string): boolean {
  return isInside('/proc', path) || isInside('/sys', path);
}
