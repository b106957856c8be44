import { describe, expect, it } from '@jest/globals';
import { describeSandbox, sandboxSection, sandboxUsage } from '../../../src/cli/present-sandbox.ts';
import type { SandboxState } from '../../../src/sandbox/background/state.ts';

const cluster = (name: string): SandboxState['clusters'][number] => ({ name, server: 'https://127.40.0.1:6443', nodes: [name], podCIDR: '127.40.64.0/18', serviceCIDR: '127.40.128.0/17' });
const state: SandboxState = { name: 'demo', phase: 'running', pid: 1, identity: 'x', startedAt: '2026-01-01T00:00:00Z', kubeconfig: '/state dir/kubeconfig', log: '/state dir/sandbox.log', clusters: [cluster('cluster0'), cluster('cluster1')] };

describe('sandboxSection', () => {
  it('has a row per cluster', () => {
    expect(sandboxSection(state).rows).toEqual(['cluster0', 'cluster1'].map((name) => [name, 'https://127.40.0.1:6443', name, '127.40.64.0/18', '127.40.128.0/17']));
  });
});

describe('sandboxUsage', () => {
  const lines = sandboxUsage(state);

  it('sets KUBECONFIG so that a shell takes it', () => {
    expect(lines[0]).toBe("export KUBECONFIG='/state dir/kubeconfig'");
  });

  it('names the mapped ports of DNS and HTTP', () => {
    expect(lines.find((line) => line.startsWith('dig'))).toContain('-p 10053');
    expect(lines.find((line) => line.startsWith('curl'))).toContain(':10080/');
  });

  it('names the file that the contexts were merged into, instead of its own', () => {
    expect(sandboxUsage({ ...state, mergedInto: '/home/x/.kube/config' })[0]).toBe('# the contexts are in /home/x/.kube/config');
  });
});

describe('describeSandbox', () => {
  it.each([
    [undefined, 'runs.'],
    ['created', 'is ready.'],
    ['unchanged', 'runs already (unchanged).'],
  ] as const)('says with outcome %s that it %s, and that it is a simulator', (outcome, verdict) => {
    expect(describeSandbox(state, outcome)).toMatch(`Sandbox "demo" ${verdict} A simulator`);
  });
});
