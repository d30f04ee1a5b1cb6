import { hostOf } from './reference.js';
import type { RuntimeName } from './image-runtime.js';

/** How one runtime's client is spoken to. References are full, and by digest. */
export interface Client {
  /** Answers with 0 where the runtime is there. */
  readonly probe: readonly string[];
  /** Shows the image; `shows` says whether what it printed means that the runtime has it. */
  show(reference: string): readonly string[];
  shows(printed: string, reference: string): boolean;
  pull(reference: string, isPlain: boolean): readonly string[];
}

const digestOf = (reference: string): string => reference.slice(reference.indexOf('@') + 1);
const isAnything = (printed: string): boolean => printed.trim() !== '';
// Kubernetes keeps its images in this namespace of containerd; nothing elsewhere would be of use to a pod.
const NAMESPACE = ['--namespace', 'k8s.io'];

/** The clients, as their own help describes them: crictl 1.2x, ctr and nerdctl of containerd 1.6 and later, docker 20. */
export const CLIENTS: Readonly<Record<RuntimeName, Client>> = {
  crictl: {
    probe: ['version'],
    show: (reference) => ['images', '--quiet', reference],
    shows: isAnything,
    // Whether a registry is spoken to without TLS is the runtime's own configuration.
    pull: (reference) => ['pull', reference],
  },
  ctr: {
    probe: ['version'],
    // `check` also tells whether all of the content is still there, and lists the image only then.
    show: (reference) => [...NAMESPACE, 'images', 'check', '--quiet', `name==${reference}`],
    shows: (printed, reference) => printed.split(/\s+/).includes(reference),
    pull: (reference, isPlain) => [...NAMESPACE, 'images', 'pull', ...(isPlain ? ['--plain-http'] : []), reference],
  },
  nerdctl: {
    probe: ['info', '--format', '{{.ServerVersion}}'],
    show: (reference) => [...NAMESPACE, 'images', '--quiet', '--no-trunc', reference],
    shows: isAnything,
    pull: (reference, isPlain) => [...NAMESPACE, 'pull', ...(isPlain ? ['--insecure-registry'] : []), reference],
  },
  docker: {
    probe: ['version', '--format', '{{.Server.Version}}'],
    show: (reference) => ['images', '--no-trunc', '--digests', '--format', '{{.Digest}}', reference],
    shows: (printed, reference) => printed.includes(digestOf(reference)),
    // Docker speaks plain HTTP to the registries that its daemon is told to, and to loopback.
    pull: (reference) => ['pull', reference],
  },
};

/** Whether the reference's registry is one that is spoken to without TLS. */
export function isPlainHost(reference: string, plainHosts: ReadonlySet<string>): boolean {
  return plainHosts.has(hostOf(reference));
}
