import { isIP } from 'node:net';
import { matchesVariable } from '../../domain/variable-pattern.js';
import type { Settings } from './settings.js';

/** A rule that needs more than one setting. It blames the setting that would most likely be changed. */
interface Finding {
  readonly key: string;
  readonly text: string;
}

/** Whether only this machine can reach a listener on `host`. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(bare) === 4) return bare.startsWith('127.');
  return bare === 'localhost' || bare === '::1';
}

/** Checks what one setting alone cannot tell. `own` are the variables that this process reads, as patterns. */
export function crossChecks(settings: Settings, own: readonly string[]): Finding[] {
  const { s3 } = settings;
  const found: Finding[] = [];
  if (settings.store === 's3' && s3.bucket === '') {
    found.push({ key: 's3.bucket', text: 'the store is s3, so it takes the name of a bucket' });
  }
  if (s3.accessKeyId !== '' && s3.secretAccessKey === '') {
    found.push({ key: 's3.secretAccessKey', text: 'S3_ACCESS_KEY_ID is set, so its secret is needed too' });
  }
  if (s3.accessKeyId === '' && s3.secretAccessKey !== '') {
    found.push({ key: 's3.accessKeyId', text: 'S3_SECRET_ACCESS_KEY is set, so its key is needed too' });
  }
  if (settings.secrets.kubernetes === 'kubeconfig' && settings.secrets.kubeconfig === '') {
    found.push({
      key: 'secrets.kubeconfig',
      text: 'Kubernetes is to be asked by a kubeconfig, so it takes the path of one',
    });
  }
  const taken = settings.secrets.environment.find(
    (name) => !name.endsWith('*') && own.some((pattern) => matchesVariable(pattern, name)),
  );
  if (taken !== undefined) {
    found.push({
      key: 'secrets.environment',
      text: `${taken} is one that Lastgood itself reads, which nobody may look for: give the secret a variable of its own`,
    });
  }
  const plain = [...settings.https.allowedHosts, ...settings.oci.allowedHosts].find((host) => /^http:/i.test(host));
  if (plain !== undefined && settings.allowedNetworks.length === 0) {
    found.push({
      key: 'allowedNetworks',
      text: `${plain} is to be asked without TLS, which is only done inside allowed networks: name the one it lies in`,
    });
  }
  if (!isLoopback(settings.host) && settings.token === '') {
    found.push({
      key: 'host',
      text: 'anyone who can reach this port could move production: set LASTGOOD_TOKEN, or --host 127.0.0.1',
    });
  }
  return found;
}
