import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { resources } from '../../../src/api/resources.ts';
import { MEMBER } from '../../../src/api/labels.ts';
import type { ClusterJoin } from '../../../src/api/types/index.ts';
import { ensureMember } from '../../../src/desk/ensure-member.ts';
import { planMember } from '../../../src/desk/member-objects.ts';
import { removeMember } from '../../../src/desk/remove-member.ts';
import { directAccess } from '../../../src/kube/access.ts';
import type { ClusterAccess, KubeClient } from '../../../src/kube/client.ts';
import { createKubeClient } from '../../../src/kube/kube-client.ts';
import { renewLease } from '../../../src/kube/lease.ts';
import { eventually } from '../../helpers/eventually.ts';
import type { Scene } from './attempts.ts';
import { type BrokerSide, type Finding, forgeCreationTime, tryWithAllRights, tryWithMemberRights } from './broker-side.ts';
import { HOSTILE_RANGE, type Importer, tryImporters, VICTIM_RANGE } from './importer-side.ts';
import { memberCable, memberEndpoints, memberImport } from '../../helpers/member-records.ts';

export type { Finding, Importer };

export interface IsolationContext {
  /** An administrator's access to the broker's API server, one with ValidatingAdmissionPolicies. */
  readonly broker: ClusterAccess;
  readonly brokerNamespace: string;
  /** Clusters that are members already, with their controllers running; none to try the broker alone. */
  readonly importers: readonly Importer[];
  readonly signal: AbortSignal;
}

interface Player {
  readonly cluster: string;
  readonly client: KubeClient;
  readonly token: string;
}

/** Makes a member as the desk does, and lets it show that it is alive. */
async function admit(admin: KubeClient, { broker, brokerNamespace, signal }: IsolationContext, cluster: string, range: string): Promise<Player> {
  const spec = { clusterID: cluster, clusterUID: cluster, podCIDRs: [range], serviceCIDRs: [], nodeCIDRs: [], identityKey: 'none' };
  const objects = planMember({ spec } as unknown as ClusterJoin, brokerNamespace);
  const { token } = await ensureMember(admin, objects, undefined, { signal });
  const client = createKubeClient(directAccess({ server: broker.server, ca: broker.tls.ca ?? '', token: () => token }));
  // a new RoleBinding counts after a moment
  await eventually(() => renewLease({ client, namespace: brokerNamespace, name: cluster, identity: cluster, labels: { [MEMBER]: cluster }, signal }), { timeoutMs: 15_000, everyMs: 100 });
  return { cluster, client, token };
}

/** What the victim exports, as the hostile member reads it. */
async function setScene(hostile: Player, victim: Player, { brokerNamespace: namespace, shared }: { readonly brokerNamespace: string; readonly shared: string }): Promise<Scene> {
  const service = { cluster: victim.cluster, namespace: shared, service: 'web' };
  const [serviceImport, slice] = [memberImport(service, namespace), memberEndpoints(service, ['198.51.100.10'], namespace)];
  const cable = memberCable(victim.cluster, '192.0.2.10', namespace);
  await victim.client.create(resources.cableEndpoints, cable);
  await victim.client.create(resources.serviceImports, serviceImport);
  await victim.client.create(resources.endpointSlices, slice);
  const standing = {
    ServiceImport: await hostile.client.get(resources.serviceImports, serviceImport.metadata.name, namespace),
    EndpointSlice: await hostile.client.get(resources.endpointSlices, slice.metadata.name, namespace),
    Endpoint: await hostile.client.get(resources.cableEndpoints, cable.metadata.name, namespace),
    Lease: await hostile.client.get(resources.leases, victim.cluster, namespace),
  };
  return { namespace, hostile: hostile.cluster, victim: service, standing };
}

async function tryBroker(side: BrokerSide): Promise<Finding[]> {
  const before = await standing(side);
  const findings = [...(await tryWithMemberRights(side)), ...(await tryWithAllRights(side))];
  if ((await standing(side)) !== before) throw new Error("Isolation: the victim's records were changed");
  return [...findings, await forgeCreationTime(side)];
}

/** Versions of all that is the victim's. */
async function standing({ admin, scene: { namespace, victim } }: BrokerSide): Promise<string> {
  const options = { namespace, labelSelector: `${MEMBER}=${victim.cluster}` };
  const lists = await Promise.all([admin.list(resources.serviceImports, options), admin.list(resources.endpointSlices, options), admin.list(resources.cableEndpoints, options), admin.list(resources.leases, options), admin.list(resources.clusters, options)]);
  return lists.flatMap(({ items }) => items.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion ?? ''}`)).join();
}

/**
 * Plays a hostile member with a token of its own against a real broker, and against the importers
 * behind it. Gives what was tried and who refused it; throws at the first thing that went through.
 * Everything that it makes goes away again.
 */
export async function isolation(context: IsolationContext): Promise<Finding[]> {
  const { broker, brokerNamespace, importers, signal } = context;
  const admin = createKubeClient(broker);
  const run = randomBytes(3).toString('hex');
  const [hostileName, victimName, shared] = [`hostile-${run}`, `victim-${run}`, `isolation-${run}`];
  const players: Player[] = [];
  try {
    const victim = await admit(admin, context, victimName, VICTIM_RANGE);
    players.push(victim);
    await delay(1_100); // who is older counts, and times on the broker count in seconds
    const hostile = await admit(admin, context, hostileName, HOSTILE_RANGE);
    players.push(hostile);
    for (const { client } of importers) await client.create(resources.namespaces, { metadata: { name: shared } });
    const scene = await setScene(hostile, victim, { brokerNamespace, shared });
    const findings = await tryBroker({ access: broker, admin, scene, token: hostile.token });
    return [...findings, ...(await tryImporters({ admin, brokerNamespace, hostile, victim, importers, shared, missing: `missing-${run}` }))];
  } finally {
    for (const { client } of players) client.close();
    for (const name of [hostileName, victimName]) await removeMember(admin, name, brokerNamespace, { signal });
    for (const { client } of importers) if (await client.find(resources.namespaces, shared)) await client.delete(resources.namespaces, shared);
    admin.close();
  }
}
