import { describe, expect, it } from '@jest/globals';
import { derivedZones, deriveZone, fixedZones } from '../../../../src/dns/gateways/zone-set.ts';
import { GATEWAY, gatewayScene, gatewaySlice, outcome, SETTINGS } from './fixtures.ts';

describe('deriveZone()', () => {
  it.each([
    [`*.${GATEWAY}`, 'xcc.test'],
    [`kuard.${GATEWAY}`, 'xcc.test'],
    [`a.b.${GATEWAY}`, 'xcc.test'],
    ['*.gateway.clusters.ns.clusters.xcc.test', 'xcc.test'],
    ['*.gateway.a.clusters.clusters.xcc.test', 'xcc.test'],
    ['*.gateway.a.ns.clusters.clusters.example.com', 'clusters.example.com'],
    ['*.nodes.a.ns.clusters.xcc.test', 'xcc.test'],
    ['*.apps.example.com', 'apps.example.com'],
    ['www.example.com', 'example.com'],
    ['single', 'single'],
  ])('the zone of %s is %s', (hostname, expected) => {
    expect(deriveZone(hostname)).toBe(expected);
  });
});

describe('fixedZones()', () => {
  it('finds the longest zone of a name', () => {
    const zones = fixedZones(['xcc.test', 'b.xcc.test', 'example.com'], SETTINGS);
    expect(['a.xcc.test', 'b.xcc.test', 'c.b.xcc.test', 'example.com', 'test', 'bxcc.test', ''].map((name) => zones.find(name)?.name)).toEqual(['xcc.test', 'b.xcc.test', 'b.xcc.test', 'example.com', undefined, undefined, undefined]);
  });
});

describe('derivedZones()', () => {
  it('come with the first record, and stay for those who still ask', () => {
    const slice = gatewaySlice(`*.${GATEWAY}`, ['10.0.0.1']);
    const scene = gatewayScene([], { suffixes: undefined });
    expect(outcome(scene.ask(`a.${GATEWAY}`))).toBe('REFUSED');
    scene.set(slice, gatewaySlice('www.example.com', ['10.0.0.2']));
    expect([outcome(scene.ask(`a.${GATEWAY}`)), outcome(scene.ask('example.com', 'SOA')), outcome(scene.ask('x.example.com'))]).toEqual([['10.0.0.1'], ['SOA'], 'NXDOMAIN']);
    scene.remove(slice);
    expect(outcome(scene.ask(`a.${GATEWAY}`))).toBe('NXDOMAIN');
  });

  it('forget the oldest of more than a hundred without records', () => {
    const zones = derivedZones(SETTINGS);
    zones.add('a.kept.test');
    for (let zone = 0; zone < 101; zone += 1) {
      zones.add(`a.z${zone}.test`);
      zones.remove(`a.z${zone}.test`);
    }
    expect(['x.kept.test', 'x.z0.test', 'x.z1.test', 'x.z100.test'].map((name) => zones.find(name)?.name)).toEqual(['kept.test', undefined, 'z1.test', 'z100.test']);
  });
});
