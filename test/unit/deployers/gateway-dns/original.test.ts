import { describe, expect, it } from '@jest/globals';
import type { KubeObject, UnknownObject } from '../../../../src/api/types/index.ts';
import { findOriginals } from '../../../../src/deployers/gateway-dns/original.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';

const metadata = { name: 'dns-server', namespace: 'xcc-dns' };
const SELECTOR = { app: 'dns-server' };
const service = (selector: Record<string, string>): UnknownObject => ({ apiVersion: 'v1', kind: 'Service', metadata, spec: { selector } });
const deployment = (container: object): UnknownObject => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { selector: { matchLabels: SELECTOR }, template: { spec: { containers: [container] } } } });
const account: UnknownObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata };
const OURS = deployment({ name: 'dns-server', image: 'mcs' });

async function originals(wanted: UnknownObject, standing: UnknownObject): Promise<number> {
  const client = { find: () => Promise.resolve(standing as KubeObject) } as unknown as KubeClient;
  return (await findOriginals(client, [wanted], new AbortController().signal)).length;
}

describe('findOriginals()', () => {
  it.each([
    ['the name server of cross-cluster-connectivity, of whatever image', OURS, deployment({ name: 'dns-server', image: 'mirror.example.com/x:1', args: ['-conf', '/etc/coredns/Corefile'] }), 1],
    ['another program of that name', OURS, deployment({ name: 'dns-server', image: 'bind9:1' }), 0],
    ['its Service', service(SELECTOR), service(SELECTOR), 1],
    ['a Service of that name for other pods', service(SELECTOR), service({ app: 'bind' }), 0],
    ['its account', account, account, 1],
  ])('%s', async (_name, wanted, standing, count) => {
    expect(await originals(wanted, standing)).toBe(count);
  });
});
