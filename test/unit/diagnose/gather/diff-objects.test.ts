import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../src/api/types/index.ts';
import { diffObjects } from '../../../../src/diagnose/gather/diff-objects.ts';

const object = (fields: object, metadata: object = {}): KubeObject => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop', uid: 'a', ...metadata }, ...fields });
const diff = (before: KubeObject | undefined, now: KubeObject | undefined): readonly string[] => {
  const mapOf = (each: KubeObject | undefined): Map<string, KubeObject> => new Map(each === undefined ? [] : [['shop/web', each]]);
  return diffObjects(mapOf(before), mapOf(now)).map((change) => `${change.object} ${change.field}: ${change.before} -> ${change.now}`);
};

describe('diffObjects', () => {
  it.each([
    ['an object that is new', undefined, object({}), ['Service shop/web :  -> added']],
    ['an object that is gone', object({}), undefined, ['Service shop/web :  -> removed']],
    ['another object of the same name, once', object({ spec: { a: 1 } }), object({ spec: { a: 2 } }, { uid: 'b' }), ['Service shop/web metadata.uid: a -> b']],
    ['a field', object({ spec: { type: 'ClusterIP' } }), object({ spec: { type: 'NodePort' } }), ['Service shop/web spec.type: ClusterIP -> NodePort']],
    ['a field that is new', object({ spec: {} }), object({ spec: { a: true } }), ['Service shop/web spec.a:  -> true']],
    ['an element of a list by its name', object({ spec: { ports: [{ name: 'web', port: 80 }] } }), object({ spec: { ports: [{ name: 'new', port: 1 }, { name: 'web', port: 81 }] } }), ['Service shop/web spec.ports[new]:  -> {"name":"new","port":1}', 'Service shop/web spec.ports[web].port: 80 -> 81']],
    ['a tunnel by its cluster', object({ status: { connections: [{ status: 'connected', endpoint: { cluster_id: 'east' } }] } }), object({ status: { connections: [{ status: 'error', endpoint: { cluster_id: 'east' } }] } }), ['Service shop/web status.connections[east].status: connected -> error']],
    ['a field of JSON in a text', object({ data: { 'config.json': '{"a":1,"b":2}' } }), object({ data: { 'config.json': '{"b":3,"a":1}' } }), ['Service shop/web data.config.json.b: 2 -> 3']],
    ['a list without names, whole', object({ spec: { ips: ['a'] } }), object({ spec: { ips: ['b'] } }), ['Service shop/web spec.ips: ["a"] -> ["b"]']],
  ])('names %s', (_, before, now, expected) => {
    expect(diff(before, now)).toEqual(expected);
  });

  it.each([
    ['versions', object({}, { resourceVersion: '1', generation: 1 }), object({}, { resourceVersion: '2', generation: 2 })],
    ['heartbeats', object({ spec: { renewTime: '1' }, metadata: { name: 'web' } }), object({ spec: { renewTime: '2' }, metadata: { name: 'web' } })],
    ['times of conditions', object({ status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: '1' }] } }), object({ status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: '2' }] } })],
    ['round-trip times', object({ status: { connections: [{ endpoint: { cluster_id: 'a' }, latencyRTT: { last: '1ms' } }] } }), object({ status: { connections: [{ endpoint: { cluster_id: 'a' }, latencyRTT: { last: '2ms' } }] } })],
    ['the order of named elements', object({ status: { conditions: [{ type: 'A' }, { type: 'B' }] } }), object({ status: { conditions: [{ type: 'B' }, { type: 'A' }] } })],
  ])('passes over %s', (_, before, now) => {
    expect(diff(before, now)).toEqual([]);
  });

  it('cuts long values', () => {
    expect(diff(object({ data: { a: 'x'.repeat(500) } }), object({ data: { a: 'y' } }))[0]).toHaveLength('Service shop/web data.a: '.length + 120 + '... -> y'.length);
  });
});
