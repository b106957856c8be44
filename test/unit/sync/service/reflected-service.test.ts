import { describe, expect, it } from '@jest/globals';
import { MCS_SERVICE_NAME, SERVICE_NAME } from '../../../../src/api/labels.ts';
import { resources } from '../../../../src/api/resources.ts';
import type { IpFamily, Service } from '../../../../src/api/types/index.ts';
import { createSharing } from '../../../../src/base/shared-values.ts';
import { satisfies } from '../../../../src/sync/plan.ts';
import { isCopy, readOwnership } from '../../../../src/sync/ownership.ts';
import type { SyncRecord } from '../../../../src/sync/record.ts';
import { addressDiffers, reflectService } from '../../../../src/sync/service/reflected-service.ts';
import { slimService, slimSlice } from '../../../../src/sync/slim-objects.ts';
import { stored } from '../../../helpers/import-sources.ts';
import { endpointGroup, localService, recordPort, serviceRecord } from '../../../helpers/service-records.ts';

interface Scene {
  readonly records: readonly SyncRecord[];
  readonly silent?: readonly string[];
  readonly families?: readonly IpFamily[];
  readonly standing?: readonly Service[];
}

function reflect({ records, silent = [], families = ['IPv4'], standing = [] }: Scene): ReturnType<typeof reflectService> {
  return reflectService({ records, isServed: (cluster) => !silent.includes(cluster), families, findService: (name) => standing.find(({ metadata }) => metadata.name === name) });
}

const east = serviceRecord('east', { groups: [endpointGroup('web-1', ['10.1.0.5']), endpointGroup('web-2', ['10.1.0.6'])] });

describe('reflectService', () => {
  it('gives a service of each cluster, with its own ports and endpoints, as a copy that is no source', () => {
    const { services, slices, unreflected } = reflect({ records: [east, serviceRecord('south', { ports: [recordPort('http TCP/81')] })] });
    expect(services.map(({ object: { metadata, spec } }) => [metadata.name, spec.ports?.map(({ port }) => port), spec.ipFamilies])).toEqual([
      ['web-east', [80], ['IPv4']],
      ['web-south', [81], ['IPv4']],
    ]);
    expect(slices.map(({ object }) => [object.metadata.labels?.[SERVICE_NAME], object.ports?.[0]?.port, object.endpoints?.[0]?.addresses[0]])).toEqual([
      ['web-east', 8080, '10.1.0.5'],
      ['web-east', 8080, '10.1.0.6'],
    ]);
    expect(unreflected).toEqual([]);
    for (const { object } of [...services, ...slices]) {
      expect(isCopy(object)).toBe(true);
      expect(readOwnership(object)?.owner).toBe('reflection');
      expect(object.metadata.labels).not.toHaveProperty([MCS_SERVICE_NAME]); // our name server goes by it
    }
  });

  it('names slices so that no imported slice has the name', () => {
    const { slices } = reflect({ records: [east] });
    const names = slices.map(({ object }) => object.metadata.name);
    expect(new Set(names).size).toBe(2);
    expect(names.filter((name) => name.includes('.'))).toEqual([]);
  });

  it('is headless where the service is', () => {
    const { services } = reflect({ records: [{ ...east, kind: 'Headless' }] });
    expect(services[0]?.object.spec).toMatchObject({ clusterIP: 'None' });
    expect(services[0]?.object.spec).not.toHaveProperty('ipFamilies');
  });

  it('keeps the Service of a silent cluster, without endpoints', () => {
    const { services, slices } = reflect({ records: [east], silent: ['east'] });
    expect([services.length, slices.length]).toEqual([1, 0]);
  });

  it('is satisfied by what the controller keeps of what it wrote', () => {
    const { services, slices } = reflect({ records: [{ ...east, traffic: { sessionAffinity: 'ClientIP', internalTrafficPolicy: 'Cluster' } }] });
    for (const desired of services) expect(satisfies(slimService(stored(resources.services, desired.object), createSharing()), desired)).toBe(true);
    for (const desired of slices) expect(satisfies(slimSlice(stored(resources.endpointSlices, desired.object), createSharing()), desired)).toBe(true);
  });

  const long = serviceRecord('east', { origin: { ...east.origin, name: 'w'.repeat(60) } });
  const twin = reflect({ records: [serviceRecord('b-c', { origin: { cluster: 'b-c', namespace: 'shop', name: 'a', uid: 'u' } })] }).services.map(({ object }) => stored(resources.services, object));
  const refusals: readonly (readonly [string, Scene, string])[] = [
    ['a name of more than 63 characters', { records: [long] }, 'NameTooLong'],
    ['a Service of somebody else', { records: [east], standing: [localService({}, { name: 'web-east' })] }, 'ForeignService'],
    ['another service whose name comes to the same', { records: [serviceRecord('c', { origin: { cluster: 'c', namespace: 'shop', name: 'a-b', uid: 'v' } })], standing: twin }, 'NameTaken'],
    ['families that the cluster lacks', { records: [{ ...east, ipFamilies: ['IPv6'] }] }, 'IPFamilyNotSupported'],
  ];

  it.each(refusals)('writes nothing beside %s, and tells', (_title, scene, reason) => {
    const { services, slices, unreflected } = reflect(scene);
    expect([services, slices, unreflected.map((found) => found.reason)]).toEqual([[], [], [reason]]);
  });

  it('stays with what stands already, and with its families', () => {
    const standing = reflect({ records: [east] }).services.map(({ object }) => stored(resources.services, object));
    const { services, unreflected } = reflect({ records: [{ ...east, ipFamilies: ['IPv6'] }], families: ['IPv4', 'IPv6'], standing });
    expect(unreflected).toEqual([]);
    expect(services[0]?.object.spec.ipFamilies).toEqual(['IPv4', 'IPv6']);
  });
});

describe('addressDiffers', () => {
  it('says what the API would refuse to change', () => {
    const [plain] = reflect({ records: [east] }).services;
    const [headless] = reflect({ records: [{ ...east, kind: 'Headless' }] }).services;
    if (plain === undefined || headless === undefined) throw new Error('nothing is desired');
    const standing = localService({ clusterIP: '10.96.0.7' });
    expect([addressDiffers(standing, plain), addressDiffers(standing, headless)]).toEqual([false, true]);
  });
});
