import { describe, expect, it } from '@jest/globals';
import { MCS_SERVICE_NAME, MCS_SOURCE_CLUSTER } from '../../../src/api/labels.ts';
import type { EndpointSlice } from '../../../src/api/types/index.ts';
import { countReadyEndpoints, slimSlice } from '../../../src/inspect/ready-endpoints.ts';

function slice(service: string, cluster: string, ready: readonly (boolean | undefined)[]): EndpointSlice {
  const endpoints = ready.map((value, index) => ({ addresses: [`10.1.0.${index}`], hostname: `pod-${index}`, zone: 'a', conditions: value === undefined ? {} : { ready: value } }));
  const labels = { [MCS_SERVICE_NAME]: service, [MCS_SOURCE_CLUSTER]: cluster, 'some/other': 'label' };
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: `${service}-${cluster}`, namespace: 'shop', labels, annotations: { a: 'b' } }, addressType: 'IPv4', ports: [{ port: 80 }], endpoints };
}

const SLICES = [slice('web', 'west', [true, false, undefined]), slice('web', 'west', [true]), slice('web', 'east', []), slice('db', 'west', [false])];

describe('countReadyEndpoints', () => {
  it('adds up the slices of a service by their exporter; an unset condition means ready', () => {
    expect(countReadyEndpoints(SLICES)).toEqual(new Map([['shop/web', { west: 3, east: 0 }], ['shop/db', { west: 0 }]]));
  });

  it('takes slices that nobody labelled, and those that hold null as a Go server sends it', () => {
    const bare = { ...slice('web', 'west', []), endpoints: null };
    expect(countReadyEndpoints([{ ...bare, metadata: { name: 'x' } }, slimSlice(bare)])).toEqual(new Map([['', { '': 0 }], ['shop/web', { west: 0 }]]));
  });
});

describe('slimSlice', () => {
  it('keeps what is counted, and nothing else that grows', () => {
    const slim = SLICES.map(slimSlice);
    expect(countReadyEndpoints(slim)).toEqual(countReadyEndpoints(SLICES));
    expect(JSON.stringify(slim)).not.toMatch(/10\.1\.0|pod-|some\/other|"a":"b"/);
  });
});
