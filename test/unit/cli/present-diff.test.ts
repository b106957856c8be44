import { describe, expect, it } from '@jest/globals';
import { diffRemarks, diffSections } from '../../../src/cli/present-diff.ts';
import type { ServiceDiff } from '../../../src/inspect/service/diff-service.ts';

const diff: ServiceDiff = {
  namespace: 'shop',
  name: 'web',
  ok: false,
  exports: [
    {
      exporter: 'west',
      places: [
        { role: 'source', cluster: 'west', exists: true },
        { role: 'broker', cluster: 'hub', exists: true, lagSeconds: 2 },
        { role: 'destination', cluster: 'east', exists: true },
        { role: 'destination', cluster: 'north', exists: false },
      ],
      fields: [
        { field: 'type', values: ['Headless', 'Headless', 'Headless', undefined], differs: true },
        { field: 'placement', values: ['all', 'all', 'all', 'all'], differs: false },
      ],
    },
  ],
  notCompared: ['cluster "south": it has no namespace "shop"'],
  unread: [],
  leftOut: [],
};

describe('diffSections', () => {
  it('shows what differs, and of the destinations those that differ', () => {
    expect(diffSections(diff, false)).toMatchObject([{ columns: ['FIELD', 'SOURCE west', 'BROKER', 'IN north'], rows: [['type', 'Headless', 'Headless', '(none)']] }]);
  });

  it.each([
    [3, 'the same in all 3 places'],
    [1, 'there is nothing to compare it with'],
  ])('says so where nothing differs in %d places', (count, expected) => {
    const places = Array.from({ length: count }, () => ({ role: 'destination' as const, cluster: 'east', exists: true }));
    expect(diffSections({ ...diff, exports: [{ exporter: 'west', places, fields: [] }] }, false)).toMatchObject([{ rows: [], empty: expected }]);
  });

  it('shows everything where asked to', () => {
    const [section] = diffSections(diff, true);
    expect([section?.columns.length, section?.rows.length]).toEqual([5, 2]);
  });
});

describe('diffRemarks', () => {
  it('tells of lags, of what is missing, and of what was not compared', () => {
    expect(diffRemarks(diff)).toEqual(['The copy of west in the broker was written 2 s after its original', 'Nothing of the export of west stands in north', 'Not compared: cluster "south": it has no namespace "shop"']);
  });
});
