import { setTimeout as delay } from 'node:timers/promises';
import { APP_COMPONENT } from '../../src/api/labels.ts';
import { BROKER_NAMESPACE } from '../../src/api/names.ts';
import { type Resource, resources } from '../../src/api/resources.ts';
import type { KubeObject } from '../../src/api/types/index.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { Mend } from './fault.ts';

const GONE_MS = 30_000;
export const MERGE = 'application/merge-patch+json';

export interface Target {
  readonly resource: Resource<KubeObject>;
  readonly name: string;
  readonly namespace?: string;
}

type Created = Parameters<KubeClient['create']>[1];

/** Any fields, for kinds of which the types know only a part. */
export const draft = (object: object): Created => object as Created;

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Changes an object by a merge patch; `back` is the patch that mends it. */
export async function change(client: KubeClient, { resource, name, namespace }: Target, patch: unknown, back: unknown): Promise<Mend> {
  await client.patch(resource, name, namespace, MERGE, patch);
  return () => client.patch(resource, name, namespace, MERGE, back);
}

/** Changes fields of an object at its top; the mend puts the old ones back. */
export async function replace(client: KubeClient, target: Target, fields: Readonly<Record<string, unknown>>): Promise<Mend> {
  const old = (await client.get(target.resource, target.name, target.namespace)) as unknown as Readonly<Record<string, unknown>>;
  return change(client, target, fields, Object.fromEntries(Object.keys(fields).map((key) => [key, old[key]])));
}

/** Creates objects that must not be there. */
export async function intrude(client: KubeClient, ...objects: readonly (readonly [Resource<KubeObject>, Created])[]): Promise<Mend> {
  for (const [resource, object] of objects) await client.create(resource, object);
  return async () => {
    for (const [resource, { metadata: { name, namespace } }] of objects.toReversed()) await client.delete(resource, name, namespace);
  };
}

/** Deletes an object; the mend makes it again as it was. */
export async function takeAway(client: KubeClient, { resource, name, namespace }: Target): Promise<Mend> {
  const { metadata, ...rest } = await client.get(resource, name, namespace);
  const { labels, annotations } = metadata;
  const again = { ...rest, metadata: { name, ...(namespace !== undefined && { namespace }), ...(labels && { labels }), ...(annotations && { annotations }) } };
  await client.delete(resource, name, namespace, { propagation: 'Background' });
  return () => client.create(resource, draft(again));
}

/** Waits until no pod of a component is left. */
export async function untilGone(client: KubeClient, component: string): Promise<void> {
  const labelSelector = `${APP_COMPONENT}=${component}`;
  const deadline = performance.now() + GONE_MS;
  while ((await client.list(resources.pods, { labelSelector })).items.length > 0) {
    if (performance.now() > deadline) throw new Error(`Cannot go on: pods of ${component} do not end`);
    await delay(50);
  }
}

/** Deletes all pods of a component: others come, which have to begin with what there is now. */
export async function replacePods(client: KubeClient, component: string): Promise<void> {
  const { items } = await client.list(resources.pods, { labelSelector: `${APP_COMPONENT}=${component}` });
  await Promise.all(items.map(({ metadata: { name, namespace } }) => client.delete(resources.pods, name, namespace)));
}

/** A member that the broker knows, and that does not exist. */
export interface GhostMember {
  readonly name: string;
  readonly podCIDR: string;
  readonly serviceCIDR: string;
  readonly nodeCIDR?: string;
  /** How long its one sign of life is good for, s. */
  readonly leaseSeconds?: number;
  readonly clockAheadMs?: number;
}

const LONG_SECONDS = 36_000;

/** Puts a member on the broker that gave one sign of life. */
export function plantMember(broker: KubeClient, ghost: GhostMember): Promise<Mend> {
  const { name, podCIDR, serviceCIDR, nodeCIDR, leaseSeconds = LONG_SECONDS, clockAheadMs = 0 } = ghost;
  const metadata = { name, namespace: BROKER_NAMESPACE };
  const renewTime = new Date(Date.now() + clockAheadMs).toISOString().replace('Z', '000Z');
  return intrude(
    broker,
    [resources.leases, draft({ metadata, spec: { holderIdentity: name, leaseDurationSeconds: leaseSeconds, renewTime } })],
    [resources.clusters, draft({ metadata, spec: { cluster_id: name, cluster_cidr: [podCIDR], service_cidr: [serviceCIDR], ...(nodeCIDR !== undefined && { node_cidr: [nodeCIDR] }) } })],
  );
}

/** Mends in the reverse order of what was broken. */
export const mendAll = (mends: readonly Mend[]): Mend => async () => {
  for (const mend of mends.toReversed()) await mend();
};
