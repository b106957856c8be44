import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GATEWAY_NODE } from '../../src/api/labels.ts';
import { MEMBER_CONFIG, MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { type Resource, resources } from '../../src/api/resources.ts';
import type { ClusterSettings, KubeObject, MemberConfig } from '../../src/api/types/index.ts';
import { renderTemplate } from '../../src/deployers/render-template.ts';
import { isAlreadyExists } from '../../src/kube/api-error.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { buildAgent } from './build-agent.ts';
import { copyEndpoints } from './copy-endpoints.ts';
import { eventually } from './eventually.ts';
import { packageTemplates } from './package-templates.ts';
import { startTestSandbox, type TestSandbox } from './test-sandbox.ts';

const VARIABLES = { version: '0.0.1', memberNamespace: MEMBER_NAMESPACE, configHash: '1', image: 'localhost/mcs:0.0.1', imagePullPolicy: 'IfNotPresent', logLevel: 'info' };
const CRDS = ['endpoints', 'gateways', 'routeagents'].map((name) => `crds/${name}.submariner.io.yaml`);

export interface GatewaySet {
  readonly sandbox: TestSandbox;
  client(index: number): KubeClient;
  /** Makes a node a gateway, or with false an ordinary one. */
  label(index: number, node: string, isGateway?: boolean): Promise<void>;
  /** Process of the agent on a node. */
  pidOf(index: number, node: string): number;
  stop(): Promise<void>;
}

function resourceOf({ kind }: KubeObject): Resource<KubeObject> {
  const found = (Object.values(resources) as Resource<KubeObject>[]).find((resource) => resource.kind === kind);
  if (found === undefined) throw new Error(`nobody knows kind ${kind}`);
  return found;
}

/** Objects of a CRD can be made a moment after the CRD. */
async function install(client: KubeClient, template: string): Promise<void> {
  for (const object of await renderTemplate(packageTemplates, template, VARIABLES)) {
    await client.create(resourceOf(object), object).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
    });
  }
}

/** Clusters whose nodes run the gateway agent as the template has it; each knows the Endpoints of the others. */
export async function startGatewaySet(clusters: readonly (readonly string[])[], settings: ClusterSettings): Promise<GatewaySet> {
  const packageRoot = await mkdtemp(join(tmpdir(), 'mcs-package-'));
  await buildAgent(packageRoot, 'gateway');
  const sandbox = await startTestSandbox({ clusters, packageRoot });
  const end = new AbortController();
  const clients = clusters.map((_, index) => sandbox.client(index));
  const client = (index: number): KubeClient => clients[index] ?? sandbox.client(index);
  for (const index of clusters.keys()) {
    const { name, plan } = sandbox.cluster(index);
    const config: MemberConfig = { clusterID: name, clusterUID: randomUUID(), podCIDRs: [plan.podCIDR], serviceCIDRs: [plan.serviceCIDR], nodeCIDRs: [], components: ['connectivity'], brokerNamespace: 'submariner-k8s-broker', settings };
    await client(index).create(resources.namespaces, { metadata: { name: MEMBER_NAMESPACE } });
    await client(index).create(resources.configMaps, { metadata: { name: MEMBER_CONFIG, namespace: MEMBER_NAMESPACE }, data: { 'config.json': JSON.stringify(config) } });
    for (const template of [...CRDS, 'member/gateway-role.yaml', 'member/gateway.yaml']) await install(client(index), template);
    await eventually(() => client(index).list(resources.cableEndpoints, { namespace: MEMBER_NAMESPACE }));
  }
  for (const from of clusters.keys()) {
    for (const to of clusters.keys()) if (from !== to) await copyEndpoints(client(from), client(to), sandbox.cluster(from).name, end.signal);
  }
  return {
    sandbox,
    client,
    label: async (index, node, isGateway = true) => {
      await client(index).patch(resources.nodes, node, undefined, 'application/merge-patch+json', { metadata: { labels: { [GATEWAY_NODE]: isGateway ? 'true' : null } } });
    },
    pidOf: (index, node) => {
      const found = sandbox.cluster(index).pids().find((pid) => readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`NODE_NAME=${node}`));
      if (found === undefined) throw new Error(`no agent runs on ${node}`);
      return found;
    },
    stop: async () => {
      end.abort();
      await sandbox.stop();
      await rm(packageRoot, { recursive: true, force: true });
    },
  };
}
