import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { createDeskMetrics } from '../../../src/desk/metrics.ts';

describe('createDeskMetrics', () => {
  it('counts answers by result and code, removals and failures', async () => {
    const registry = new Registry();
    const metrics = createDeskMetrics(registry);
    metrics.joinAnswered({ phase: 'Accepted' });
    metrics.joinAnswered({ phase: 'Refused', code: 'MCS_CIDR_OVERLAP' });
    metrics.joinAnswered({ phase: 'Pending' });
    metrics.memberRemoved('west');
    metrics.failed(new Error('x'));
    const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines).toEqual([
      'mcs_desk_joins_total{result="accepted",code=""} 1',
      'mcs_desk_joins_total{result="refused",code="MCS_CIDR_OVERLAP"} 1',
      'mcs_desk_members_removed_total 1',
      'mcs_desk_failures_total 1',
    ]);
  });
});
