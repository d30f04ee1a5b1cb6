const segment = encodeURIComponent;

/** `/v1/models/{model}` and what lies below it. */
export function modelPath(model: string, ...below: (string | number)[]): string {
  return ['/v1/models', segment(model), ...below.map((part) => segment(String(part)))].join('/');
}

/** `/v1/models/{model}/aliases/{alias}` and what lies below it. */
export function aliasPath(model: string, alias: string, ...below: (string | number)[]): string {
  return modelPath(model, 'aliases', alias, ...below);
}

/** `/v1/jobs/{job}/retry`. */
export function retryPath(job: string): string {
  return `/v1/jobs/${segment(job)}/retry`;
}

/** `/v1/nodes/{node}` and what lies below it. */
export function nodePath(node: string, ...below: string[]): string {
  return ['/v1/nodes', segment(node), ...below].join('/');
}

/** `/v1/artifacts/{digest}`. The colon of a digest is allowed in a path and stays readable. */
export function artifactPath(digest: string): string {
  return `/v1/artifacts/${segment(digest).replace('%3A', ':')}`;
}
