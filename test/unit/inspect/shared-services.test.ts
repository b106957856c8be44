import { describe, expect, it } from '@jest/globals';
import { MCS_SERVICE_NAME, MCS_SOURCE_CLUSTER } from '../../../src/api/labels.ts';
import type { EndpointSlice, MemberConfig, ServiceExport, ServiceImport } from '../../../src/api/types/index.ts';
import type { ClusterState } from '../../../src/inspect/cluster-state.ts';
import { countReadyEndpoints, slimSlice } from '../../../src/inspect/ready-endpoints.ts';
import { sharedServices } from '../../../src/inspect/shared-services.ts';

const metadata = { name: 'nginx', namespace: 'shop' };
const condition = { type: 'Ready', status: 'True' as const, reason: 'Exported', message: '', lastTransitionTime: '' };
const serviceExport: ServiceExport = { apiVersion: '', kind: 'ServiceExport', metadata, status: { conditions: [condition] } };
const serviceImport: ServiceImport = { apiVersion: '', kind: 'ServiceImport', metadata, spec: { type: 'ClusterSetIP', ips: ['10.0.0.1'], ports: [{ name: 'http', port: 80 }] } };

function slice(cluster: string, ...ready: (boolean | undefined)[]): EndpointSlice {
  const endpoints = ready.map((value) => ({ addresses: ['10.1.0.1'], conditions: value === undefined ? {} : { ready: value } }));
  return { apiVersion: '', kind: 'EndpointSlice', metadata: { ...metadata, name: `nginx-${cluster}`, labels: { [MCS_SERVICE_NAME]: 'nginx', [MCS_SOURCE_CLUSTER]: cluster } }, addressType: 'IPv4', endpoints };
}

function stateOf(clusterID: string, exports: ServiceExport[], imports: ServiceImport[], slices: EndpointSlice[]): ClusterState {
  return { uid: clusterID, kubernetesVersion: '', workloads: [], member: { config: { clusterID } as MemberConfig, exports, imports, readyEndpoints: countReadyEndpoints(slices.map(slimSlice)) } };
}

describe('sharedServices', () => {
  it('takes what the API server stores of an empty slice, and an import without a spec', () => {
    const bare = { apiVersion: '', kind: 'ServiceImport', metadata } as ServiceImport;
    expect(sharedServices([stateOf('east', [], [bare], [{ ...slice('west'), endpoints: null, ports: null }])])).toMatchObject([{ imports: [{ ips: [], ports: [], endpoints: { west: 0 } }] }]);
  });

  it('joins exports and imports of all clusters, and counts ready endpoints by source', () => {
    const states = [stateOf('west', [serviceExport], [], []), stateOf('east', [], [serviceImport], [slice('west', true, false, undefined), slice('north', true)])];
    expect(sharedServices(states)).toEqual([
      {
        namespace: 'shop',
        name: 'nginx',
        exports: [{ cluster: 'west', conditions: [{ type: 'Ready', status: 'True', reason: 'Exported', message: '' }] }],
        imports: [{ cluster: 'east', type: 'ClusterSetIP', ips: ['10.0.0.1'], ports: ['http 80/TCP'], endpoints: { west: 2, north: 1 } }],
      },
    ]);
  });
});
