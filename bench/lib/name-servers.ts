import { join } from 'node:path';
import { type ApiAccess, freePort, startAgent, writeFiles } from './agent-process.ts';
import { type PinnedProcess, startPinned } from './pinned-process.ts';

export interface NameServerProcess extends PinnedProcess {
  readonly port: number;
}

const CONFIG = { clusterID: 'west', clusterUID: 'bench', podCIDRs: [], serviceCIDRs: [], nodeCIDRs: [], components: [], brokerNamespace: 'submariner-k8s-broker', settings: {} };

/** The agent of the Deployment `mcs-dns`, with the files and environment of its pod. */
export async function startMcsDns(root: string, folder: string, access: ApiAccess, core?: number): Promise<NameServerProcess> {
  const port = await freePort();
  return { ...(await startAgent('dns', { root, folder, config: CONFIG, access, env: { MCS_DNS_PORT: String(port) }, ...(core !== undefined && { core }) })), port };
}

/** CoreDNS with the `multicluster` option of its kubernetes plugin; `plugins` stand beside it. */
export async function startCoreDns(program: string, folder: string, kubeconfig: string, core: number, plugins: readonly string[]): Promise<NameServerProcess> {
  const port = await freePort();
  const lines = ['bind 127.0.0.1', `prometheus 127.0.0.1:${await freePort()}`, ...plugins, `kubernetes clusterset.local {`, `  kubeconfig ${folder}/kubeconfig`, '  multicluster clusterset.local', '}'];
  writeFiles(folder, { kubeconfig, Corefile: `clusterset.local:${port} {\n${lines.map((line) => `  ${line}\n`).join('')}}\n` });
  return { ...startPinned(`CoreDNS ${plugins.join(', ')}`.trim(), [program, '-conf', join(folder, 'Corefile')], { core, env: process.env }), port };
}
