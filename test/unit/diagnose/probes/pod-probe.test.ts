import { describe, expect, it } from '@jest/globals';
import { CONTROL_NAMES, interleave, planPodProbe, SAMPLE } from '../../../../src/diagnose/probes/pod-probe.ts';
import { isAbandoned } from '../../../../src/diagnose/probes/remove-ended-pods.ts';
import { importOf, sliceOf } from '../../../helpers/pod-probe.ts';

const plan = (facts: Partial<Parameters<typeof planPodProbe>[0]>) => planPodProbe({ imports: [], slices: [], isConnected: false, tryMs: 2000, ...facts });
const many = Array.from({ length: 120 }, (_unset, index) => `svc-${String(index).padStart(3, '0')}`);

describe('planPodProbe', () => {
  it('asks for one name that every resolver has a word about, and for the broker, where nothing is imported', () => {
    expect(plan({ nameServer: '10.96.0.7' }).request).toEqual({ broker: { isConnected: false, timeoutMs: 2000 }, reach: { names: CONTROL_NAMES.map((name) => ({ name, type: 'A' })), targets: [], timeoutMs: 2000, nameServer: '10.96.0.7' } });
  });

  it('asks for both families of an import, and for no name of a headless one', () => {
    const { names } = plan({ imports: [importOf('dual', '10.96.1.1', { ips: ['10.96.1.1', 'fd00::1'] }), importOf('bare', '', { type: 'Headless', ips: [] })] });
    expect(names.tried.map(({ expected, type }) => [type, expected])).toEqual([['A', ['10.96.1.1']], ['AAAA', ['fd00::1']]]);
  });

  it('takes an even sample of many imports, the same one each time, and says of how many', () => {
    const imports = many.map((name, index) => importOf(name, `10.96.1.${index}`));
    const { names, vips } = plan({ imports });
    expect([names.tried.length, names.of, vips.tried.length, vips.of]).toEqual([SAMPLE, 120, SAMPLE, 120]);
    expect([names.tried[0]?.service, names.tried.at(-1)?.service]).toEqual(['shop/svc-000', 'shop/svc-118']);
    expect(plan({ imports: imports.toReversed() }).names).toEqual(names);
  });

  it('tries every cluster, however many endpoints another one has', () => {
    const { endpoints } = plan({ slices: [...many.map((name, index) => sliceOf(name, 'east', [`10.1.0.${index}`])), sliceOf('svc-000', 'north', ['10.3.0.1'])] });
    expect([endpoints.tried.length, endpoints.of]).toEqual([SAMPLE, 121]);
    expect(endpoints.tried.slice(0, 2).map(({ cluster }) => cluster)).toEqual(['east', 'north']);
  });

  it('counts ports that are no TCP, and tries none of them', () => {
    const udp = plan({ imports: [importOf('game', '10.96.1.1', { ports: [{ port: 53, protocol: 'UDP' }, { port: 80 }] })], slices: [sliceOf('game', 'east', ['10.1.0.1'], 'UDP')] });
    expect([udp.otherPorts, udp.vips.tried.map(({ port }) => port), udp.endpoints.of]).toEqual([1, [80], 0]);
  });
});

describe('interleave', () => {
  it('takes the first of each group, then the second of each', () => {
    expect(interleave([['a1', 'a2', 'a3'], ['b1'], []])).toEqual(['a1', 'b1', 'a2', 'a3']);
  });
});

describe('isAbandoned', () => {
  const pod = (phase: 'Running' | 'Failed' | 'Succeeded', createdAt: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', creationTimestamp: createdAt }, spec: { containers: [], activeDeadlineSeconds: 60 }, status: { phase } });
  const now = Date.parse('2026-01-01T01:00:00Z');

  it.each([
    ['Succeeded' as const, '2026-01-01T00:00:00Z', true],
    ['Failed' as const, '2026-01-01T00:58:59Z', true],
    ['Failed' as const, '2026-01-01T00:59:30Z', false], // its run may be about to read it
    ['Running' as const, '2026-01-01T00:00:00Z', false],
  ])('of a pod that is %s, created at %s: %s', (phase, createdAt, expected) => {
    expect(isAbandoned(pod(phase, createdAt), now)).toBe(expected);
  });
});
