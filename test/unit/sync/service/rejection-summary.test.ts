import { describe, expect, it } from '@jest/globals';
import type { Rejection } from '../../../../src/sync/service/rejection.ts';
import { parseRejectionSummary, summarizeRejections } from '../../../../src/sync/service/rejection-summary.ts';

function rejection(cluster: string, index: number, reason: Rejection['reason'] = 'AddressNotGranted'): Rejection {
  return { object: `EndpointSlice web-${index}.shop.${cluster}`, reason, message: '1 endpoints outside' };
}

describe('summarizeRejections', () => {
  it('counts by the member that an object belongs to by its name, and by reason', () => {
    const summary = summarizeRejections([rejection('west', 1), rejection('west', 2, 'PortInvalid'), rejection('south', 1)]);
    expect(summary.west).toMatchObject({ total: 2, reasons: { AddressNotGranted: 1, PortInvalid: 1 } });
    expect(summary.south).toMatchObject({ total: 1, reasons: { AddressNotGranted: 1 } });
  });

  it('keeps five examples, and one of each reason however many there are of another', () => {
    const flood = Array.from({ length: 100 }, (_, index) => rejection('west', index));
    const { west } = summarizeRejections([...flood, { ...rejection('west', 1, 'QuotaExceeded'), object: 'ServiceImport web.shop.west' }]);
    expect(west?.total).toBe(101);
    expect(west?.examples).toHaveLength(6);
    expect(west?.examples.map(({ reason }) => reason)).toContain('QuotaExceeded');
  });

  it('is the same text in whatever order things were found', () => {
    const all = [rejection('west', 2), rejection('south', 1), rejection('west', 1, 'FieldInvalid')];
    expect(JSON.stringify(summarizeRejections(all))).toBe(JSON.stringify(summarizeRejections(all.toReversed())));
  });

  it('stays small whatever names a broker shows', () => {
    const summary = summarizeRejections(Array.from({ length: 1_000 }, (_, index) => rejection(`c${index}`, 1)));
    expect(Object.keys(summary)).toHaveLength(201);
    expect(summary['(further clusters)']?.total).toBe(800);
  });
});

describe('parseRejectionSummary', () => {
  it('reads back what was written', () => {
    const summary = summarizeRejections([rejection('west', 1)]);
    expect(parseRejectionSummary(JSON.stringify(summary))).toEqual(summary);
  });

  it.each([undefined, '', '{', '[]', 'null', '1'])('is empty for %j', (text) => {
    expect(parseRejectionSummary(text)).toEqual({});
  });
});
