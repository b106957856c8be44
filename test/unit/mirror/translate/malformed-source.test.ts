import { describe, expect, it } from '@jest/globals';
import type { Service } from '../../../../src/api/types/index.ts';
import { isMirrorable } from '../../../../src/mirror/translate/marks.ts';
import { planMirror } from '../../../../src/mirror/translate/plan-mirror.ts';
import type { ReadService } from '../../../../src/mirror/translate/read-source-service.ts';
import { createMirrorCluster, MIRROR_OWNER } from '../../../helpers/mirror-cluster.ts';
import { localEndpoints, readSource } from '../../../helpers/mirror-sources.ts';
import { endpointsFaults, serviceFaults, sliceFaults } from '../../../helpers/kubernetes-rules.ts';
import { localService, localSlice } from '../../../helpers/service-records.ts';

const CLUSTER = createMirrorCluster();

const NONSENSE: readonly unknown[] = [
  undefined, null, true, 0, -1, 1.5, 65_536, 1e300, Number.NaN, '', ' ', '\u0000', '-', 'A_B', 'a..b', '127.0.0.1', '::ffff:10.1.0.1', 'fe80::1%eth0', 'x'.repeat(64), 'x'.repeat(300_000),
  [], {}, [null], [[[]]], [{}], { a: { b: [] } }, { '__proto__': 1 }, { 'a/b/c': '' }, ['10.1.0.1', 7], Array.from({ length: 1_200 }, () => '10.1.0.1'),
];

/** The same numbers each time (mulberry32). */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, each]) => pathsOf(each, [...path, key])) : [];
  return path.length > 0 ? [path, ...inner] : inner;
}

/** Informers see to these. */
const CERTAIN = new Set(['metadata', 'metadata.name', 'metadata.namespace']);

/** Puts nonsense at one to three places of a copy. */
function mutate<T extends object>(object: T, random: (below: number) => number): T {
  const copy = structuredClone(object);
  for (let count = 1 + random(3); count > 0; count -= 1) {
    const paths = pathsOf(copy).filter((path) => !CERTAIN.has(path.join('.')));
    const path = paths[random(paths.length)] ?? ['spec'];
    const parent = path.slice(0, -1).reduce<Record<string, unknown>>((inner, key) => inner[key] as Record<string, unknown>, copy as Record<string, unknown>);
    parent[path.at(-1) ?? ''] = structuredClone(NONSENSE[random(NONSENSE.length)]);
  }
  return copy;
}

const SERVICES: readonly Service[] = [
  localService({ ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 'web', appProtocol: 'http' }, { name: 'dns', protocol: 'UDP', port: 53 }] }, { labels: { app: 'web' }, annotations: { note: 'x' }, creationTimestamp: '2026-01-01T00:00:00Z' }),
  localService({ clusterIP: 'None', clusterIPs: ['None'], ipFamilies: ['IPv4', 'IPv6'], sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } }),
  localService({ type: 'ExternalName', externalName: 'db.example.com' }),
];
const SLICE = { ...localSlice([]), endpoints: [{ addresses: ['10.1.0.1'], conditions: { ready: true, serving: true, terminating: false }, hostname: 'web-0', zone: 'a' }, { addresses: ['10.1.0.2'] }] };
const ENDPOINTS = localEndpoints([{ addresses: [{ ip: '10.1.0.1', hostname: 'web-0' }], notReadyAddresses: [{ ip: 'fd00::1' }], ports: [{ name: 'http', protocol: 'TCP', port: 8080 }] }]);

/** What an API server has against the mirror, and how often it would be written for nothing. */
function judge({ record }: ReadService): readonly string[] {
  if (record === undefined) return [];
  const cluster = CLUSTER.clear();
  const wish = { preset: 'reflector' as const, winner: { record, server: 'http://10.4.0.9' }, writesEndpoints: true };
  const { service, slices, endpoints } = planMirror({ ...wish, owner: MIRROR_OWNER, target: { namespace: 'shop', name: 'web' }, standing: cluster.standing(), unknownSources: new Set() });
  const faults = [
    ...service.create.flatMap(({ object }) => serviceFaults(object)),
    ...slices.create.flatMap(({ object }) => sliceFaults(object)),
    ...endpoints.create.flatMap(({ object }) => endpointsFaults(object)),
  ];
  cluster.mirror(wish);
  return [...faults, ...cluster.mirror(wish)];
}

describe('whatever a source answers', () => {
  it.each(SERVICES.map((service) => ({ kind: `${service.spec.type ?? ''} ${service.spec.clusterIP ?? ''}`, service })))('Service $kind: its mirror is one that API servers take, and is written once', ({ service }) => {
    const random = createRandom(7);
    const seen = { mirrored: 0, reported: 0 };
    for (let round = 0; round < 150; round += 1) {
      const answered = mutate(service, random);
      const read = readSource({ service: answered, slices: [mutate(SLICE, random), localSlice(['10.1.0.9'], { name: 'web-good' })] });
      expect({ answered: JSON.stringify(answered).slice(0, 2_000), faults: judge(read) }).toMatchObject({ faults: [] });
      seen.mirrored += read.record === undefined ? 0 : 1;
      seen.reported += read.problems.length > 0 ? 1 : 0;
      if (read.record === undefined) expect(read.problems.length).toBeGreaterThan(0);
    }
    expect(seen.mirrored).toBeGreaterThan(50);
    expect(seen.reported).toBeGreaterThan(25);
  });

  it('Endpoints: the same', () => {
    const random = createRandom(11);
    for (let round = 0; round < 150; round += 1) {
      const endpoints = mutate(ENDPOINTS, random);
      expect({ endpoints: JSON.stringify(endpoints).slice(0, 2_000), faults: judge(readSource({ endpoints })) }).toMatchObject({ faults: [] });
    }
  });

  it('good slices are mirrored beside any bad one', () => {
    const random = createRandom(13);
    for (let round = 0; round < 200; round += 1) {
      const { record } = readSource({ slices: [mutate(SLICE, random), localSlice(['10.1.0.9'], { name: 'web-good' })] });
      expect(record?.groups.find(({ name }) => name === 'web-good')?.endpoints).toHaveLength(1);
    }
  });

  it('nothing is thrown for what is no object at all', () => {
    for (const nonsense of NONSENSE) {
      expect(isMirrorable(nonsense as Service)).toBe(false);
      expect(readSource({ service: { ...localService(), spec: nonsense } as Service, slices: [nonsense as never] }).record?.groups ?? []).toEqual([]);
    }
  });
});
