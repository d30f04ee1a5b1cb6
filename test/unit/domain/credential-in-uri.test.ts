import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uriProblem } from '../../../src/domain/artifact.js';
import { credentialInUri } from '../../../src/domain/credential-in-uri.js';
import { withoutCredentials } from '../../../src/domain/without-credentials.js';

const S = '0123456789abcdef';

const ENDINGS = ['token', 'secret', 'password', 'signature'];

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
    [`https://h.example/k?accesstoken=${S}`, 'accesstoken'],
    [`https://h.example/k?authtoken=${S}`, 'authtoken'],
    [`https://h.example/k?privatetoken=${S}`, 'privatetoken'],
    [`https://h.example/k?appsecret=${S}`, 'appsecret'],
    [`https://h.example/k?DBPASSWORD=${S}`, 'DBPASSWORD'],
    [`https://h.example/k?urlsignature=${S}`, 'urlsignature'],
    [`https://h.example/k?token2=${S}`, 'token2'],
    [`https://h.example/k?sas=${S}`, 'sas'],
    [`https://h.example/k?hmac=${S}`, 'hmac'],
    [`https://h.example/k?page_token=2&access_token=${S}`, 'access_token'],
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
    'https://h.example/k?max_tokens=512&tokenid=7&secretary=x&passwordless=1',
    'https://h.example/k?usas=1&hmacs=2&tokenizers=bert',
    'https://h.example/k?page_token=2&nextPageToken=3&continuation-token=4&nexttoken=5',
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

  it('is told by a name that ends as those of credentials do, whatever stands before that, and by no other', () => {
    const letters = fc.stringMatching(/^[a-z]{1,8}$/).filter((text) => !/^(?:next|page|continuation)+$/.test(text));
    fc.assert(
      fc.property(letters, fc.constantFrom(...ENDINGS), fc.boolean(), (before, ending, joined) => {
        const name = `${before}${joined ? '' : '_'}${ending}`;
        expect(credentialInUri(`https://h.example/k?${name}=x`)).toBe(name);
        expect(credentialInUri(`https://h.example/k?${name.toUpperCase()}=x`)).toBe(name.toUpperCase());
        expect(credentialInUri(`https://h.example/k?a=1&${before}${ending}izers=x`)).toBeNull();
      }),
    );
  });
});
