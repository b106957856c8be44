import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Service } from '../../../src/api/types/index.ts';
import { createServiceAddresses, type ServiceAddresses } from '../../../src/sandbox/controllers/service-addresses.ts';

const service = (name: string, spec: Service['spec'] = { ports: [{ port: 80 }] }): Service => ({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' }, spec });

describe('createServiceAddresses', () => {
  let addresses: ServiceAddresses;
  const admit = (given: Service, standing?: Service): Service => addresses.admit(given, standing);
  const store = (given: Service): Service => {
    const admitted = admit(given);
    addresses.note('ADDED', admitted);
    return admitted;
  };

  beforeEach(() => {
    addresses = createServiceAddresses('127.40.128.0/29');
  });

  it('fills in address, type, protocol and targetPort', () => {
    expect(admit(service('a')).spec).toMatchObject({
      type: 'ClusterIP',
      clusterIP: '127.40.128.1',
      clusterIPs: ['127.40.128.1'],
      ipFamilies: ['IPv4'],
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    });
  });

  it('gives two Services that are admitted before either is stored different addresses', () => {
    expect(admit(service('a')).spec.clusterIP).not.toBe(admit(service('b')).spec.clusterIP);
  });

  it('takes an explicit address, refuses it twice, and frees it with its Service', () => {
    const first = store(service('a', { clusterIP: '127.40.128.5' }));
    expect(() => admit(service('b', { clusterIP: '127.40.128.5' }))).toThrow('already allocated');
    addresses.note('DELETED', first);
    expect(admit(service('b', { clusterIP: '127.40.128.5' })).spec.clusterIP).toBe('127.40.128.5');
  });

  it.each<[string, Service['spec'], string]>([
    ['outside the range', { clusterIP: '127.41.128.5' }, 'not in the valid range'],
    ['that is no address', { clusterIP: 'x' }, 'not in the valid range'],
  ])('refuses an address %s', (_title, spec, message) => {
    expect(() => admit(service('a', spec))).toThrow(message);
  });

  it('gives headless and external Services none', () => {
    expect(admit(service('a', { clusterIP: 'None' })).spec.clusterIP).toBe('None');
    expect(admit(service('b', { type: 'ExternalName', externalName: 'x.org' })).spec.clusterIP).toBeUndefined();
  });

  it('keeps the address on update, and refuses another one', () => {
    const before = store(service('a'));
    expect(admit(service('a'), before).spec.clusterIP).toBe(before.spec.clusterIP);
    expect(() => admit(service('a', { clusterIP: '127.40.128.6' }), before)).toThrow('immutable');
  });

  it('says when the range is full', () => {
    for (let index = 0; index < 6; index += 1) store(service(`s${index}`));
    expect(() => admit(service('last'))).toThrow('is full');
  });

  it('gives each port of a NodePort Service a port of its own, kept on update', () => {
    const before = store(service('a', { type: 'NodePort', ports: [{ name: 'x', port: 80 }, { name: 'y', port: 81 }] }));
    const [x, y] = before.spec.ports?.map(({ nodePort }) => nodePort) ?? [];
    expect(x).toBeGreaterThanOrEqual(30_000);
    expect(y).not.toBe(x);
    expect(admit(service('a', { type: 'NodePort', ports: [{ name: 'x', port: 80 }] }), before).spec.ports?.[0]?.nodePort).toBe(x);
    expect(() => admit(service('b', { type: 'NodePort', ports: [{ port: 80, nodePort: x ?? 0 }] }))).toThrow('already allocated');
  });
});
