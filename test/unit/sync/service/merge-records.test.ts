import { describe, expect, it } from '@jest/globals';
import type { SyncRecord } from '../../../../src/sync/record.ts';
import { describePorts } from '../../../../src/sync/service/merge-ports.ts';
import { mergeRecords, orderByPrecedence } from '../../../../src/sync/service/merge-records.ts';
import { recordPort, serviceRecord } from '../../../helpers/service-records.ts';

const LATER = '2026-01-01T00:00:05Z';

function reasonsOf(records: readonly SyncRecord[]): string[] {
  return mergeRecords(records)?.conflicts.map(({ reason }) => reason) ?? [];
}

interface ConflictCase {
  readonly rule: string;
  readonly difference: Partial<SyncRecord>;
  readonly reasons: readonly string[];
}

const CONFLICTS: readonly ConflictCase[] = [
  { rule: 'nothing differs', difference: {}, reasons: [] },
  { rule: 'C3 another number', difference: { ports: [recordPort('http TCP/8080')] }, reasons: ['PortConflict'] },
  { rule: 'C3 one port more', difference: { ports: [recordPort('http TCP/80'), recordPort('admin TCP/9000')] }, reasons: ['PortConflict'] },
  { rule: 'C3 another appProtocol', difference: { ports: [{ ...recordPort('http TCP/80'), appProtocol: 'h2c' }] }, reasons: ['PortConflict'] },
  { rule: 'C5 headlessness', difference: { kind: 'Headless' }, reasons: ['TypeConflict'] },
  { rule: 'C5 session affinity', difference: { traffic: { sessionAffinity: 'ClientIP', internalTrafficPolicy: 'Cluster' } }, reasons: ['SessionAffinityConflict'] },
  {
    rule: 'C5 session affinity and its settings',
    difference: { traffic: { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } }, internalTrafficPolicy: 'Cluster' } },
    reasons: ['SessionAffinityConflict', 'SessionAffinityConfigConflict'],
  },
  { rule: 'C5 internal traffic policy', difference: { traffic: { sessionAffinity: 'None', internalTrafficPolicy: 'Local' } }, reasons: ['InternalTrafficPolicyConflict'] },
  {
    rule: 'C5 traffic distribution',
    difference: { traffic: { sessionAffinity: 'None', internalTrafficPolicy: 'Cluster', trafficDistribution: 'PreferClose' } },
    reasons: ['TrafficDistributionConflict'],
  },
  { rule: 'C5 exported labels', difference: { exportedLabels: { team: 'b' } }, reasons: ['LabelsConflict'] },
  { rule: 'C5 exported annotations', difference: { exportedAnnotations: { note: 'b' } }, reasons: ['AnnotationsConflict'] },
  { rule: 'C6 families that reach a part of the backends', difference: { ipFamilies: ['IPv4', 'IPv6'] }, reasons: ['IPFamilyConflict'] },
  { rule: 'placement policy', difference: { placement: { mode: 'local' } }, reasons: ['PlacementConflict'] },
  { rule: 'several at once, in a fixed order', difference: { kind: 'Headless', exportedLabels: { a: 'b' }, ipFamilies: ['IPv6'] }, reasons: ['TypeConflict', 'LabelsConflict', 'IPFamilyConflict'] },
];

describe('mergeRecords', () => {
  it.each(CONFLICTS)('conflict: $rule', ({ difference, reasons }) => {
    expect(reasonsOf([serviceRecord('east'), serviceRecord('west', { ...difference, createdAt: LATER })])).toEqual(reasons);
  });

  it('C1: finds the same conflicts and messages in whatever order records come', () => {
    const records = [serviceRecord('east'), serviceRecord('west', { kind: 'Headless', createdAt: LATER }), serviceRecord('south', { createdAt: LATER })];
    expect(mergeRecords(records.toReversed())?.conflicts).toEqual(mergeRecords(records)?.conflicts);
    expect(mergeRecords(records)?.conflicts[0]?.message).toBe('types differ: west has Headless; east has ClusterSetIP, which decides');
  });

  it('is undefined when nobody exports', () => {
    expect(mergeRecords([])).toBeUndefined();
  });

  it('C2: the standing winner stays while it exports, though an older exporter comes', () => {
    const records = [serviceRecord('east'), serviceRecord('west', { createdAt: LATER })];
    expect(mergeRecords(records, 'west')?.winner.origin.cluster).toBe('west');
    expect(mergeRecords(records, 'gone')?.winner.origin.cluster).toBe('east');
  });

  it('does not count ports of exporters of another type', () => {
    const merged = mergeRecords([serviceRecord('east'), serviceRecord('west', { kind: 'Headless', ports: [recordPort('dns UDP/53')], createdAt: LATER })]);
    expect(describePorts(merged?.ports.ports ?? [])).toBe('http TCP/80');
    expect(merged?.ports.names.has('west')).toBe(false);
  });
});

describe('orderByPrecedence', () => {
  const order = (records: readonly SyncRecord[], winner?: string): string[] => orderByPrecedence(records, winner).map(({ origin }) => origin.cluster);

  it("orders by the broker's time, then by cluster id", () => {
    expect(order([serviceRecord('c', { createdAt: LATER }), serviceRecord('b'), serviceRecord('a', { createdAt: LATER })])).toEqual(['b', 'a', 'c']);
  });

  it('puts what the broker has not stored yet last', () => {
    expect(order([serviceRecord('a', { createdAt: '' }), serviceRecord('b')])).toEqual(['b', 'a']);
  });

  it('puts the standing winner first', () => {
    expect(order([serviceRecord('a'), serviceRecord('b', { createdAt: LATER })], 'b')).toEqual(['b', 'a']);
  });

  it('gives every importer the same order of exports of one second, whichever it has seen first (C1)', () => {
    const records = [serviceRecord('b'), serviceRecord('a'), serviceRecord('c', { createdAt: LATER })];
    const orders = [undefined, 'a', 'b'].flatMap((seenFirst) => [order(records, seenFirst), order(records.toReversed(), seenFirst)]);
    expect(new Set(orders.map(String))).toEqual(new Set(['a,b,c']));
  });

  it('keeps a standing winner whose time the broker has not told yet', () => {
    expect(order([serviceRecord('a', { createdAt: '' }), serviceRecord('b', { createdAt: '' })], 'b')).toEqual(['b', 'a']);
  });
});
