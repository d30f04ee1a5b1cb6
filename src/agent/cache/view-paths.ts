import { pathProblem } from '../../domain/artifact.js';

/** Why these files cannot lie in one folder together, or null when they can. */
export function filesProblem(files: readonly { readonly path: string }[]): string | null {
  const paths = new Set<string>();
  for (const { path } of files) {
    const problem = pathProblem(path);
    if (problem !== null) return `the path ${JSON.stringify(path)} ${problem}`;
    if (paths.has(path)) return `two files lie at ${path}`;
    paths.add(path);
  }
  for (const path of paths) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const above = path.slice(0, end);
      if (paths.has(above)) return `${above} is a file, and ${path} needs a folder there`;
    }
  }
  return null;
}
