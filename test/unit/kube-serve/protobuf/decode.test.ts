import { describe, expect, it } from '@jest/globals';
import { decodeProtobuf } from '../../../../src/kube-serve/protobuf/decode.ts';
import { StatusError } from '../../../../src/kube-serve/status-error.ts';
import { thrown } from '../../../helpers/thrown.ts';

// bodies as kubectl 1.32 sends them
const BODIES = {
  namespace: '6b3873000a0f0a02763112094e616d657370616365121c0a140a0473686f7012001a0022002a0032003800420012001a020a001a002200',
  deployment:
    '6b3873000a150a07617070732f7631120a4465706c6f796d656e7412ce010a270a056e67696e7812001a0473686f7022002a003200380042005a0c0a0361707012056e67696e781294010800120e0a0c0a0361707012056e67696e781a780a1e0a0012001a0022002a003200380042005a0c0a0361707012056e67696e78125612380a056e67696e7812056e67696e781a05736c6565701a01312a00320a0a001000185022002a0042006a007200800100880100900100a201001a00320042004a0052005800600068008201008a01009a0100c2010022020a00280038001a0c0800100018002000280038001a002200',
  secret: '6b3873000a0c0a027631120653656372657412210a150a017312001a0473686f7022002a0032003800420012060a01611201621a001a002200',
  token: '6b3873000a280a1861757468656e7469636174696f6e2e6b38732e696f2f7631120c546f6b656e5265717565737412320a100a0012001a0022002a0032003800420012181a130a06536563726574120276311a01732202753120901c1a040a0012001a002200',
  service: '6b3873000a0d0a02763112075365727669636512670a1f0a017912001a0473686f7022002a003200380042005a080a0361707012017912400a1b0a0738302d38303830120354435018502207080010903f1a00280012080a036170701201791a002209436c757374657249503a00420052005a00600068001a020a001a002200',
  budget: '6b3873000a200a09706f6c6963792f76311213506f6444697372757074696f6e427564676574123a0a150a017012001a0473686f7022002a0032003800420012150a09080110001a0335302512080a060a01611201621a0a080018002000280030001a002200',
};

const decode = (hex: string): unknown => decodeProtobuf(Buffer.from(hex, 'hex'));

describe('decodeProtobuf()', () => {
  it.each<[keyof typeof BODIES, unknown]>([
    ['namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }],
    [
      'deployment',
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'nginx', namespace: 'shop', labels: { app: 'nginx' } },
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: 'nginx' } },
          strategy: {},
          template: { metadata: { labels: { app: 'nginx' } }, spec: { containers: [{ name: 'nginx', image: 'nginx', command: ['sleep', '1'], ports: [{ containerPort: 80 }] }] } },
        },
      },
    ],
    ['secret', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'shop' }, data: { a: 'Yg==' } }],
    ['token', { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: { boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 's', uid: 'u1' }, expirationSeconds: 3600 } }],
    [
      'service',
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'y', namespace: 'shop', labels: { app: 'y' } },
        spec: { type: 'ClusterIP', selector: { app: 'y' }, ports: [{ name: '80-8080', protocol: 'TCP', port: 80, targetPort: 8080 }] },
      },
    ],
    ['budget', { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'p', namespace: 'shop' }, spec: { minAvailable: '50%', selector: { matchLabels: { a: 'b' } } } }],
  ])('reads a %s', (name, expected) => {
    expect(decode(BODIES[name])).toEqual(expected);
  });

  it.each([
    ['a body that is cut', BODIES.service.slice(0, 90), 400],
    ['another beginning', '00', 400],
    ['a varint without an end', `6b387300${'ff'.repeat(11)}`, 400],
    ['a kind that it does not know', '6b3873000a0a0a027631120450696e6712020a00', 415],
    // metadata with field 16, which no ObjectMeta has
    ['a field that it does not know', '6b3873000a0f0a02763112094e616d65737061636512060a0482010178', 415],
  ])('refuses %s', (_title, hex, code) => {
    const error = thrown(() => decode(hex));
    expect(error).toBeInstanceOf(StatusError);
    expect((error as StatusError).code).toBe(code);
  });
});
