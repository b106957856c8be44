import { sandboxPort } from '../base/runtime.ts';
import type { SandboxState } from '../sandbox/background/state.ts';
import { formatTable, type Section } from './sections.ts';

/** What `sandbox status` says before anything else. */
export const SIMULATOR_NOTE = 'A simulator for trying things out: no containers, no kernel networking. Not for running anything.';

/** The clusters of a sandbox as a table. */
export function sandboxSection({ clusters, name }: SandboxState): Section {
  const rows = clusters.map((cluster) => [cluster.name, cluster.server, cluster.nodes.join(', '), cluster.podCIDR, cluster.serviceCIDR]);
  return { title: `Sandbox "${name}"`, columns: ['CONTEXT', 'API SERVER', 'NODES', 'POD CIDR', 'SERVICE CIDR'], rows, empty: 'no clusters' };
}

function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** What to type in a shell to use it, line by line. */
export function sandboxUsage(state: SandboxState): readonly string[] {
  const [first = 'cluster0', ...others] = state.clusters.map(({ name }) => name);
  const last = others.at(-1) ?? first;
  const target = state.mergedInto === undefined ? `export KUBECONFIG=${quote(state.kubeconfig)}` : `# the contexts are in ${state.mergedInto}`;
  return [
    target,
    `kubectl --context ${first} get nodes`,
    '',
    '# ports below 1024 need privileges that the sandbox does without: add 10000 to them',
    `dig +short nginx.nginx-test.svc.clusterset.local @<ClusterIP of mcs-dns in ${last}> -p ${sandboxPort(53)}`,
    `curl http://<ClusterIP>:${sandboxPort(80)}/   # a Service on port 80; one on port 8080 stays at 8080`,
  ];
}

/** A running sandbox, and how to use it. */
export function describeSandbox(state: SandboxState, outcome?: 'created' | 'unchanged'): string {
  const verdict = outcome === undefined ? 'runs' : outcome === 'created' ? 'is ready' : 'runs already (unchanged)';
  const { columns, rows } = sandboxSection(state);
  return [`Sandbox "${state.name}" ${verdict}. ${SIMULATOR_NOTE}`, '', formatTable(columns, rows), '', 'In this shell:', ...sandboxUsage(state).map((line) => (line === '' ? '' : `  ${line}`)), '', `Log: ${state.log}`].join('\n');
}
