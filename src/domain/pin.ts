/** The schemes of URIs at which a thing can be held against deletion: buckets have holds and tags, registries tags. */
export const PINNABLE_SCHEMES: readonly string[] = ['s3', 'oci'];

/** Whether what lies at the URI can be pinned. A folder and a web server have nothing that keeps a file there. */
export function canBePinned(uri: string): boolean {
  return PINNABLE_SCHEMES.includes(/^([^:]*):\/\//.exec(uri)?.[1]?.toLowerCase() ?? '');
}
