import { describe, expect, it } from '@jest/globals';
import { clusterLocalSections, fallthroughCures } from '../../../src/cli/present-cluster-local.ts';
import type { ClusterLocalReport, ClusterLocalRow } from '../../../src/inspect/cluster-local/cluster-local-report.ts';

function report(row: Partial<ClusterLocalRow>): ClusterLocalReport {
  return { clusters: [{ cluster: 'west', fallthrough: '', reflection: '', reflected: [], unreflected: [], ...row }], unread: [], leftOut: [] };
}

const refused = { state: 'refused', message: 'no CoreDNS was found', hints: ['mcs reflection enable --all-namespaces'], servers: [] } as const;

describe('clusterLocalSections', () => {
  it.each<[string, Partial<ClusterLocalRow>, readonly string[]]>([
    ['off', {}, ['off', 'off', '']],
    ['asked for, and not looked at yet', { fallthrough: '*' }, ['all namespaces', 'unknown', 'the controller has said nothing yet']],
    ['refused', { fallthrough: 'bank,shop', wiring: refused }, ['bank, shop', 'refused', 'no CoreDNS was found']],
  ])('fallthrough %s', (_title, row, expected) => {
    expect(clusterLocalSections(report(row), 'fallthrough')[0]?.rows).toEqual([['west', ...expected]]);
  });

  it('reflection: what stands, and what is missing and why', () => {
    const row = {
      reflection: 'shop',
      reflected: [{ service: 'shop/web-east', of: 'shop/web', from: 'east', address: '10.96.0.7', readyEndpoints: 2 }],
      unreflected: [{ service: 'shop/api', message: 'first line\nsecond' }],
    };
    expect(clusterLocalSections(report(row), 'reflection').map(({ rows }) => rows)).toEqual([
      [['west', 'shop', '1', '1']],
      [['west', 'shop/web-east', 'shop/web', 'east', '10.96.0.7', '2']],
      [['west', 'shop/api', 'first line']],
    ]);
  });
});

describe('fallthroughCures', () => {
  it('gives the commands of the controller, as they are typed here, and nothing where all is well', () => {
    expect(fallthroughCures(report({ wiring: refused }), (command) => `npx ${command}`)).toEqual(['Names do not fall through in "west"', '  Try: npx mcs reflection enable --all-namespaces']);
    expect(fallthroughCures(report({ wiring: { ...refused, state: 'wired', hints: [] } }), (command) => command)).toEqual([]);
  });
});
