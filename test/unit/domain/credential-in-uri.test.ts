import { describe, expect, it } from 'vitest';
import { uriProblem } from '../../../src/domain/artifact.js';
import { credentialInUri } from '../../../src/domain/credential-in-uri.js';
import { withoutCredentials } from '../../../src/domain/without-credentials.js';

const S = '0123456789abcdef';

describe('a URI that opens what it names', () => {
  it.each([
    [`https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=${S}`, 'X-Amz-Signature'],
    [`https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA/2026&X-Amz-Date=1`, 'X-Amz-Credential'],
    [`https://b.s3.amazonaws.com/k?x-amz-security-token=${S}`, 'x-amz-security-token'],
    [`https://b.s3.amazonaws.com/k?X%2DAmz%2DSignature=${S}`, 'X-Amz-Signature'],
    [`https://b.s3.amazonaws.com/k?AWSAccessKeyId=${S}&Expires=1`, 'AWSAccessKeyId'],
    [`https://storage.googleapis.com/b/k?GoogleAccessId=${S}`, 'GoogleAccessId'],
    [`https://storage.googleapis.com/b/k?X-Goog-Signature=${S}`, 'X-Goog-Signature'],
    [`https://a.blob.core.windows.net/c/b?sv=2024&sp=r&sig=${S}%3D`, 'sig'],
    [`https://cdn.example/k?Expires=1&Signature=${S}&Key-Pair-Id=K`, 'Signature'],
    [`https://git.example/raw?private_token=${S}`, 'private_token'],
    [`https://git.example/raw?ref=main#access_token=${S}`, 'access_token'],
    [`https://h.example/k?v=1;token=${S}`, 'token'],
    [`https://h.example/k?apiKey=${S}`, 'apiKey'],
    [`https://h.example/k?ACCESS_TOKEN=${S}`, 'ACCESS_TOKEN'],
    [`https://reader:${S}@h.example/k`, 'its user'],
    [`https://${S}@h.example/k`, 'its user'],
    [`s3://AKIA:${S}@bucket/key`, 'its user'],
    [`https://h.example/ghp_${'a'.repeat(36)}/k`, 'a GitHub token'],
  ])('is told by what does it: %s', (uri, what) => {
    expect(credentialInUri(uri)).toBe(what);
    const problem = uriProblem(uri);
    expect(problem).toContain(`holds a credential (${what})`);
    expect(problem).toContain('LASTGOOD_HTTPS_CREDENTIALS');
    expect(problem).not.toContain(S);
    expect(withoutCredentials({ uri })).toBe('(hidden)');
  });

  it.each([
    'https://h.example/k?tokenizer=bert&signatures=2&author=x',
    'https://h.example/k?token=',
    'https://h.example/k?versionId=3&download=true',
    'https://h.example/token=1/auth/k',
    'https://h.example/people/@me/k',
    's3://bucket/a@b/key',
    'file:///models/x@y',
    `oci://registry.example/team/app@sha256:${'0'.repeat(64)}`,
  ])('is not one that only looks a little like it: %s', (uri) => {
    expect(credentialInUri(uri)).toBeNull();
    expect(uriProblem(uri)).toBeNull();
    expect(withoutCredentials({ uri })).toEqual({ uri });
  });
});
