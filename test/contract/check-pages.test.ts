import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { formatHostProblems } from '../../src/api/host-problems.ts';
import { formatDiagnose } from '../../src/cli/present-diagnose.ts';
import type { CheckOutcome } from '../../src/diagnose/check.ts';
import { judgeConnection, judgePaths } from '../../src/diagnose/checks/connections.ts';
import { connectionChecks, judgeActive, judgeAgent, judgeDrivers, judgeGatewayNodes, judgeHosts, judgeRanges } from '../../src/diagnose/checks/gateways.ts';
import { makeReport } from '../../src/diagnose/report.ts';
import { root } from '../helpers/built-program.ts';
import { contextOf, endpoint, member } from '../helpers/diagnose-scene.ts';
import { gateway, labelledNode, routeAgent } from '../helpers/gateways.ts';

const FOLDER = join(root, 'docs/checks');
const NO_VXLAN = { reason: 'VxlanMissing', message: 'The kernel has no VXLAN, by which nodes reach their gateway', fix: 'Load the module: modprobe vxlan (some distributions have it in a package such as kernel-modules-extra)' };
const AGENT = { component: 'gateway', kind: 'DaemonSet', namespace: 'submariner-operator', name: 'mcs-gateway', image: 'localhost/mcs:0.1.0', version: '0.1.0', wanted: 3, ready: 2 };
const BOTH = [endpoint('west'), endpoint('east')];
const connected = (...connections: string[]) => [gateway('west', 'node-1', { connections, healthCheckIP: '10.2.0.1' })];

/** What the example of each page is of. */
const EXAMPLES: Readonly<Record<string, CheckOutcome>> = {
  'MCS-NET-01': judgeGatewayNodes([labelledNode('node-1', true, false), labelledNode('node-2', false)], 'ctx-west'),
  'MCS-NET-02': judgeAgent(contextOf({ workloads: [AGENT] })),
  'MCS-NET-03': judgeHosts(contextOf({ routeAgents: [routeAgent('node-1'), routeAgent('node-2', [], [`HostReady=False VxlanMissing ${formatHostProblems([NO_VXLAN])}`])] })),
  'MCS-NET-04': judgeActive(contextOf({ gateways: connected('east'), leaseAge: 42 })),
  'MCS-NET-05': judgeDrivers(contextOf({ endpoints: [endpoint('west'), endpoint('east', 'wireguard')] })),
  'MCS-NET-06': judgeRanges(contextOf({ gateways: [gateway('west', 'node-1', { subnets: ['10.2.0.0/24'], healthCheckIP: '10.2.0.1' })] })),
  'MCS-NET-07': judgeConnection(contextOf({ endpoints: BOTH, gateways: connected('east') }, member('east', { gateways: [gateway('east', 'node-9', { connections: ['west=error no answer to probes for 6s'] })] })), 'east'),
  'MCS-NET-08': judgePaths(contextOf({ routeAgents: [routeAgent('node-1', ['east']), routeAgent('node-2', ['east=error no answer to probes for 6s'])] }), 'east'),
};

function exampleOf(id: string): string {
  const check = connectionChecks.find((one) => one.id === id);
  const outcome = EXAMPLES[id];
  if (check === undefined || outcome === undefined) throw new Error(`no example of ${id}`);
  const { title, topic, scope } = check;
  return formatDiagnose(makeReport([{ context: 'ctx-west', name: 'west', checks: [{ id, title, topic, ...(scope === 'pair' && { peer: 'east' }), durationMs: 0, ...outcome }] }])).split('\n\n')[0] ?? '';
}

describe('the pages of the checks of connections', () => {
  it('are those of the checks that there are', () => {
    const pages = readdirSync(FOLDER).filter((name) => name.startsWith('MCS-NET-'));
    expect(pages.toSorted()).toEqual(connectionChecks.map(({ id }) => `${id}.md`));
    expect(Object.keys(EXAMPLES)).toEqual(connectionChecks.map(({ id }) => id));
  });

  it('explain every reason that an agent gives for what its node lacks', () => {
    const sources = ['src/gateway/apply/host-checks.ts', 'src/gateway/view/read-wireguard-keys.ts'].map((file) => readFileSync(join(root, file), 'utf8'));
    const reasons = sources.flatMap((text) => [...text.matchAll(/reason: '(\w+)', message/g)].map(([, reason = '']) => reason));
    expect(reasons.length).toBeGreaterThan(8);
    const page = readFileSync(join(FOLDER, 'MCS-NET-03.md'), 'utf8');
    expect(reasons.filter((reason) => !page.includes(reason))).toEqual([]);
  });

  it.each(connectionChecks.map(({ id, title }) => [id, title]))('%s has its title, what it prints today, and what proves the fix', (id, title) => {
    const page = readFileSync(join(FOLDER, `${id}.md`), 'utf8');
    expect(page.split('\n')[0]).toBe(`# ${id}: ${title}`);
    expect(page).toContain(`\`\`\`\n${exampleOf(id)}\n\`\`\``);
    expect(page).toContain(`mcs diagnose all --only ${id}`);
  });
});
