import { pathFromUri, pathProblem } from '../../domain/artifact.js';
import { envProblems, type Env } from '../../domain/env.js';
import { servingProblems } from '../../domain/serving.js';
import type { Artifact, VersionRecord } from '../../domain/version-record.js';
import type { FieldProblem } from '../../contract/problem.js';
import { refuseFields, type Refusal } from '../../contract/refusal.js';
import type { ArtifactRequest, RegisterVersionRequest } from '../../contract/requests/version.request.js';
import { echoed } from '../../platform/http/echoed.js';

/**
 * Completes a registration to the record it stands for, or refuses it with every field that is wrong.
 * `uriProblem` says why no store serves a URI, or null.
 */
export async function toRecord(
  body: RegisterVersionRequest,
  uriProblem: (uri: string) => Promise<string | null>,
): Promise<VersionRecord | Refusal> {
  const artifacts = body.artifacts.map(toArtifact);
  const taken = collisions(artifacts);
  const uriProblems = await Promise.all(artifacts.map(({ uri }) => uriProblem(uri)));
  const errors: FieldProblem[] = [
    ...(artifacts.length === 0 && body.image === undefined
      ? [{ field: 'artifacts', value: [], message: 'must name at least one artifact where there is no image' }]
      : []),
    ...artifacts.flatMap(({ uri, path }, index) => [
      ...found(`artifacts[${index}].uri`, uri, uriProblems[index] ?? null),
      ...found(`artifacts[${index}].path`, path, pathProblem(path) ?? taken[index] ?? null),
    ]),
    ...envProblems(body.env ?? {}).map(({ name, value, problem }) => ({
      field: `env.${name}`,
      value,
      message: problem,
    })),
    ...servingProblems(body.serving ?? {}).map(({ field, value, problem }) => ({
      field: `serving.${field}`,
      value,
      message: problem,
    })),
  ];
  if (errors.length > 0) return refuseFields(errors.map((e) => ({ ...e, value: echoed(e.value) })));
  return { artifacts, image: body.image ?? null, env: (body.env ?? {}) as Env, serving: body.serving ?? {} };
}

function toArtifact({ uri, digest, size, path, mediaType }: ArtifactRequest): Artifact {
  return { path: path ?? pathFromUri(uri), uri, digest, size, ...(mediaType === undefined ? {} : { mediaType }) };
}

// Two artifacts cannot lie at one place, and nothing can lie below another: a file is no folder, and a prefix owns all
// that lies below its path.
function collisions(artifacts: Artifact[]): (string | null)[] {
  const first = new Map<string, number>();
  artifacts.forEach(({ path }, index) => first.has(path) || first.set(path, index));
  return artifacts.map(({ path }, index) => {
    const parts = path.split('/');
    const folders = parts.slice(1).map((_, depth) => parts.slice(0, depth + 1).join('/'));
    const other = [path, ...folders].map((place) => first.get(place)).find((i) => i !== undefined && i !== index);
    return other === undefined ? null : `collides with artifacts[${other}].path; give each artifact a path of its own`;
  });
}

function found(field: string, value: unknown, message: string | null): FieldProblem[] {
  return message === null ? [] : [{ field, value, message }];
}
