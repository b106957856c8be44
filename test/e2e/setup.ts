/** Joins the clusters before everything, and leaves no trace after everything. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { BROKER_NAMESPACE, MEMBER_CONFIG, MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { APP_MCS, MANAGED_BY } from '../../src/api/labels.ts';
import { type Resource, resources } from '../../src/api/resources.ts';
import type { KubeObject, SharedSettings } from '../../src/api/types/index.ts';
import { DEFAULT_SETTINGS } from '../../src/deployers/join/kept-settings.ts';
import { parseMemberConfig } from '../../src/inspect/cluster-state.ts';
import { assertOk } from './lib/expectations.ts';
import { type E2eCluster, fleet } from './lib/fleet.ts';
import { ensureToolbox, NAMESPACE, removeNamespace } from './lib/workloads.ts';

const [first] = fleet.clusters;

/** Flags of the how-to; CIDRs are found by `mcs` itself. */
export const JOIN_FLAGS = ['--natt=false', '--cable-driver', 'vxlan', '--health-check=false'];

export async function joinCluster(cluster: E2eCluster, flags: readonly string[] = JOIN_FLAGS): Promise<void> {
  assertOk(await cluster.mcs('join', 'broker-info.subm', '--clusterid', cluster.name, ...flags));
}

export async function leaveCluster(cluster: E2eCluster): Promise<void> {
  assertOk(await cluster.mcs('leave', '--yes'));
}

/** Both at once: each waits for its own agents and DNS most of the time. */
async function joinAll(...flags: readonly string[]): Promise<void> {
  await Promise.all(fleet.clusters.map((cluster) => joinCluster(cluster, flags)));
}

export async function leaveAll(): Promise<void> {
  await Promise.all(fleet.clusters.map(leaveCluster));
}

async function findMembers(): Promise<readonly { readonly cluster: E2eCluster; readonly settings: Required<SharedSettings> }[]> {
  const found = await Promise.all(fleet.clusters.map(async (cluster) => {
    const config = parseMemberConfig(await cluster.client.find(resources.configMaps, MEMBER_CONFIG, MEMBER_NAMESPACE));
    return config === undefined ? [] : [{ cluster, settings: { ...DEFAULT_SETTINGS, ...config.settings } }];
  }));
  return found.flat();
}

/** Joins both anew: a cable driver is that of the whole set, so whoever is a member leaves for another one. */
export async function rejoinAll(...flags: readonly string[]): Promise<void> {
  await Promise.all((await findMembers()).map(({ cluster }) => leaveCluster(cluster)));
  await joinAll(...flags);
}

/** Has both joined as users do: by the default driver, and watched. */
export async function ensureDefaultJoin(): Promise<void> {
  const members = await findMembers();
  const asDefault = members.filter(({ settings }) => settings.cableDriver === DEFAULT_SETTINGS.cableDriver && settings.healthCheck);
  if (asDefault.length < fleet.clusters.length) await rejoinAll('--natt=false');
}

const WRITTEN: readonly Resource<KubeObject>[] = [
  resources.services, resources.endpointSlices, resources.configMaps, resources.secrets, resources.deployments, resources.roles, resources.roleBindings,
  resources.clusterRoles, resources.clusterRoleBindings, resources.customResourceDefinitions, resources.flowSchemas,
  resources.validatingAdmissionPolicies, resources.validatingAdmissionPolicyBindings,
];

/** What carries our label anywhere in a cluster, and our two namespaces. */
export async function leftoversOf({ client }: E2eCluster): Promise<readonly string[]> {
  const lists = await Promise.all(WRITTEN.map((resource) => client.list(resource, { labelSelector: `${MANAGED_BY}=${APP_MCS}` })));
  const namespaces = await Promise.all([BROKER_NAMESPACE, MEMBER_NAMESPACE].map((name) => client.find(resources.namespaces, name)));
  const tagged = lists.flatMap(({ items }, index) => items.map(({ metadata }) => `${WRITTEN[index]?.kind ?? ''} ${metadata.namespace ?? ''}/${metadata.name}`));
  return [...tagged, ...namespaces.flatMap((namespace) => (namespace === undefined ? [] : [`Namespace ${namespace.metadata.name}`]))];
}

before(async () => {
  assertOk(await first.mcs('deploy-broker'));
  await joinAll(...JOIN_FLAGS);
  if (fleet.hasContainers) await Promise.all(fleet.clusters.map((cluster) => ensureToolbox(cluster)));
});

after(async () => {
  await Promise.all(fleet.clusters.flatMap((cluster) => [NAMESPACE, 'nginx-test'].map((name) => removeNamespace(cluster, name))));
  await leaveAll();
  assertOk(await first.mcs('remove-broker', '--yes'));
  for (const cluster of fleet.clusters) {
    assert.deepEqual(await leftoversOf(cluster), [], `left in ${cluster.name}`);
    cluster.client.close();
  }
});
