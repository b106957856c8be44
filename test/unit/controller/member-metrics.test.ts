import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { createMemberMetrics } from '../../../src/controller/member-metrics.ts';
import type { ControllerFigures } from '../../../src/controller/metrics.ts';

const figures = (exports: number): ControllerFigures => ({ exports, imports: 0, queueDepth: 0, brokerConnected: true, isLeader: true, credentialExpiry: undefined, silentClusters: 0 });

describe('createMemberMetrics', () => {
  it('tells the figures of each member, and forgets those of one that is gone', async () => {
    const registry = new Registry();
    const metrics = createMemberMetrics(registry);
    for (const [member, exports] of [['west', 2], ['east', 3]] as const) {
      const of = metrics.of(member);
      of.observe(() => figures(exports));
      of.failed('export');
      of.rejected('NameMalformed');
    }
    const text = await registry.metrics();
    expect(text).toContain('mcs_exports{member="west"} 2');
    expect(text).toContain('mcs_exports{member="east"} 3');
    expect(text).toContain('mcs_reconcile_failures_total{member="west",direction="export"} 1');
    metrics.forget('west');
    const rest = await registry.metrics();
    expect(rest).not.toContain('west');
    expect(rest).toContain('mcs_rejections_total{member="east",reason="NameMalformed"} 1');
  });
});
