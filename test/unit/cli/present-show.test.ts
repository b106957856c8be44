import { describe, expect, it } from '@jest/globals';
import { showRemarks, showSections } from '../../../src/cli/present-show.ts';
import { formatSections } from '../../../src/cli/sections.ts';
import type { ShowReport } from '../../../src/inspect/show-report.ts';

const nothing = { unread: [], leftOut: [] };
const service = {
  namespace: 'shop',
  name: 'web',
  type: 'ClusterSetIP',
  exportedBy: ['west'],
  importedIn: ['west', 'east'],
  ips: { west: ['10.96.0.9'], east: ['10.97.0.3'] },
  ports: ['http 80/TCP'],
  conditions: {},
  state: 'ok',
};
const dataPlane = { installed: false, message: 'the data plane is not installed' } as const;

describe('showSections', () => {
  it('has a table per topic, in a fixed order', () => {
    const report: ShowReport = { versions: [], services: [], networks: [], gateways: dataPlane, endpoints: dataPlane, connections: dataPlane, brokers: [], ...nothing };
    expect(showSections(report).map(({ title }) => title)).toEqual(['Brokers', 'Connections', 'Endpoints', 'Gateways', 'Networks', 'Services', 'Versions']);
  });

  it('shows who exports a service, who imports it, and under which addresses', () => {
    expect(formatSections(showSections({ services: [service], ...nothing }))).toBe(
      [
        'NAMESPACE   SERVICE   TYPE           EXPORTED BY   IMPORTED IN   CLUSTERSET IPS                   PORTS         STATE',
        'shop        web       ClusterSetIP   west          west, east    west 10.96.0.9, east 10.97.0.3   http 80/TCP   ok',
      ].join('\n'),
    );
  });

  it('says what is not installed, in words', () => {
    expect(formatSections(showSections({ gateways: dataPlane, ...nothing }))).toBe('the data plane is not installed');
  });

  it('never calls empty what could not be read', () => {
    const unread = [{ context: 'gone', code: 'MCS_CLUSTER_UNREACHABLE', message: 'Cannot reach it: no route', hints: ['mcs doctor', 'another'] }];
    expect(formatSections(showSections({ versions: [], leftOut: [], unread }))).toBe('nothing is installed (as far as the clusters could be read)');
  });
});

describe('showRemarks', () => {
  it('has each context that could not be read with its first hint, and one for each reason to leave some out', () => {
    const leftOut = ['a', 'b'].map((context) => ({ context, reason: 'mcs is not installed' }));
    const unread = [{ context: 'gone', code: 'MCS_CLUSTER_UNREACHABLE', message: 'Cannot reach it: no route', hints: ['mcs doctor', 'another'] }];
    expect(showRemarks({ unread, leftOut }, (text) => `npx ${text}`)).toEqual(['Cannot show "gone": Cannot reach it: no route', '  Try: npx mcs doctor', 'Left out: a, b (mcs is not installed)']);
  });
});
