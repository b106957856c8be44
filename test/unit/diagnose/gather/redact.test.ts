import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { JOIN_TOKEN_ID } from '../../../../src/api/labels.ts';
import { resources } from '../../../../src/api/resources.ts';
import { createJoinKey } from '../../../../src/broker-info/index.ts';
import { addObject, createRecording } from '../../../../src/diagnose/gather/recording.ts';
import { createRedactor, openRedactor, redactSecret, secretValuesOf } from '../../../../src/diagnose/gather/redact.ts';
import { createTextRedactor } from '../../../../src/diagnose/gather/redact-text.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const PEM = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const JWT = `${base64('{"alg":"RS256","kid":"a"}').replaceAll('=', '')}.${base64('{"sub":"system:serviceaccount:a:b"}').replaceAll('=', '')}.c2lnbmF0dXJlLW9m`;
const WIREGUARD = randomBytes(32).toString('base64');

describe('createTextRedactor', () => {
  const redact = createTextRedactor(['value-of-a-secret']);

  it.each([
    ['a PEM key', `key:\n${PEM}rest`, PEM.split('\n')[1] ?? ''],
    ['a PEM key that is cut short', PEM.slice(0, 70), PEM.slice(30, 70)],
    ['a PEM key in JSON', JSON.stringify({ data: PEM }), PEM.split('\n')[1] ?? ''],
    ['a PEM key in base64', `data ${base64(PEM)} end`, base64(PEM).slice(20, 60)],
    ['a JWT', `got ${JWT}, tried`, JWT],
    ['a bearer token', 'Authorization: Bearer abcdef-123456', 'abcdef-123456'],
    ['a token in an address', 'GET https://x/y?token=abc123&z=1', 'abc123'],
    ['a flag', 'mcs join --join-key=whatever', 'whatever'],
    ['a field of JSON', '{"token":"s3cret","a":1}', 's3cret'],
    ['a field of JSON in JSON', JSON.stringify({ text: '{"password":"s3cret"}' }), 's3cret'],
    ['a field of a kubeconfig', 'users:\n- user:\n    client-key-data: c29tZQ==\n', 'c29tZQ=='],
    ['a password in an address', 'proxy http://user:hidden@proxy:3128', 'hidden'],
    ['a join key', 'key DYW4-0000-0000-0000-0000-0000-0000-0000-1111.', '0000-0000'],
    ['a bootstrap token', 'kubeadm join --token abcdef.0123456789abcdef x', '0123456789abcdef'],
    ['a WireGuard key', `private-key ${WIREGUARD}`, WIREGUARD],
    ['a known value', 'it logs value-of-a-secret here', 'value-of-a-secret'],
  ])('takes out %s', (_, text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain('(redacted');
  });

  it('takes out every join key that there can be', () => {
    for (let index = 0; index < 50; index += 1) expect(redact(`key: "${createJoinKey()}"`)).toBe('key: "(redacted)"');
  });

  it.each([
    'level=info msg="tunnel to west is connected" rtt=0.4',
    'secret "mcs-broker" not found',
    'the token was refused: HTTP 401',
    'kubectl -n submariner-operator delete secret mcs-broker',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    base64('-----BEGIN CERTIFICATE-----\nMIIBpublicpublicpublic\n-----END CERTIFICATE-----'),
    'sha256:6f1ed002ab5595859014ebf0951522d96f1ed002ab5595859014ebf0951522d9',
    'mcs-gateway-7c9d5.submariner-operator at https://10.0.0.1:6443',
  ])('leaves alone what is no secret: %s', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('keeps JSON readable, and marks the same key the same way', () => {
    const text = JSON.stringify({ clusterID: 'west', token: 'abc', key: WIREGUARD });
    expect(JSON.parse(redact(text))).toEqual({ clusterID: 'west', token: '(redacted)', key: expect.stringMatching(/^\(redacted key [0-9a-f]{8}\)$/) });
    expect(redact(`a ${WIREGUARD}`)).toBe(`a ${redact(WIREGUARD)}`);
    expect(redact(randomBytes(32).toString('base64'))).not.toBe(redact(WIREGUARD));
  });
});

describe('redactSecret', () => {
  const secret = (name: string, data: Record<string, string>, labels = {}): Parameters<typeof redactSecret>[0] => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'submariner-operator', labels, annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{}}', own: 'x' } }, data });

  it('keeps the names and lengths of the data, and what the user last applied is left out', () => {
    const { data, metadata } = redactSecret(secret('any', { password: base64('hunter2'), expiresAt: base64('2030') }));
    expect(data).toEqual({ password: base64('(redacted, 7 bytes)'), expiresAt: base64('(redacted, 4 bytes)') });
    expect(metadata.annotations).toEqual({ own: 'x' });
  });

  it('keeps of our own what is public', () => {
    expect(redactSecret(secret('mcs-broker', { server: base64('https://a'), token: base64('t') })).data).toEqual({ server: base64('https://a'), token: base64('(redacted, 1 bytes)') });
    expect(redactSecret(secret('mcs-join-a', { maxUses: base64('1'), secret: base64('s') }, { [JOIN_TOKEN_ID]: 'a' })).data).toEqual({ maxUses: base64('1'), secret: base64('(redacted, 1 bytes)') });
  });
});

describe('createRedactor', () => {
  const recording = createRecording();
  addObject(recording, resources.secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', namespace: 'n' }, data: { plain: base64('leaked-in-a-log'), namespace: base64('submariner-operator'), short: base64('true') } } as never);
  const redactor = createRedactor(secretValuesOf([recording]));

  it('knows the values of Secrets, but neither short ones nor what is public', () => {
    expect([...secretValuesOf([recording])].toSorted()).toEqual([base64('leaked-in-a-log'), 'leaked-in-a-log'].toSorted());
    expect(redactor.text('here: leaked-in-a-log in submariner-operator')).toBe('here: (redacted) in submariner-operator');
  });

  it.each([
    ['a Secret in a list', { kind: 'List', items: [{ kind: 'Secret', metadata: { name: 'x' }, data: { key: base64('secretsecret') } }] }, base64('secretsecret')],
    ['a variable by its name', { env: [{ name: 'DB_PASSWORD', value: 'abc' }] }, 'abc'],
    ['a field by its name', { spec: { token: 'abc' } }, 'abc'],
    ['a field by its name, in camel case', { status: { bearerToken: 'abc' } }, 'abc'],
    ['binary data', { kind: 'ConfigMap', binaryData: { a: 'AAECAw==' } }, 'AAECAw=='],
    ['an annotation', { metadata: { name: 'x', annotations: { note: JWT } } }, JWT],
  ])('takes out %s', (_, value, hidden) => {
    expect(JSON.stringify(redactor.json(value))).not.toContain(hidden);
  });

  it('keeps everything else, the identity of objects above all', () => {
    const object = { kind: 'Pod', metadata: { name: 'abcdef.0123456789abcdef', labels: { a: 'b' } }, spec: { replicas: 2, serviceAccountToken: { path: 'token' }, volumes: [{ secret: { secretName: 'mcs-broker' } }], none: null } };
    expect(redactor.json(object)).toEqual(object);
    expect(openRedactor.json({ token: 'abc' })).toEqual({ token: 'abc' });
  });
});
