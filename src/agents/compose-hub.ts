import type { Registry } from 'prom-client';
import { MEMBER_NAMESPACE } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { MemberConfig } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { settleAll } from '../base/concurrently.ts';
import { McsError } from '../base/errors.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { parseCustomName } from '../cluster-dns/custom-name.ts';
import { CLUSTERSET_WIRING } from '../cluster-dns/wiring-subject.ts';
import { createBrokerInformers } from '../controller/broker-watch.ts';
import { Controller } from '../controller/controller.ts';
import { createMemberMetrics } from '../controller/member-metrics.ts';
import { type ControllerLimits, controllerSettings } from '../controller/settings.ts';
import { takeOutBlock } from '../deployers/remove/take-out-block.ts';
import { removeDerived } from '../deployers/remove/leave-member.ts';
import { ensureCluster } from '../desk/ensure-cluster.ts';
import { planCluster } from '../desk/member-objects.ts';
import { removeRecords } from '../desk/remove-member.ts';
import { Hub } from '../hub/hub.ts';
import type { MemberRecords } from '../hub/member-session.ts';
import { type HubSettings, memberIdentity } from '../hub/settings.ts';
import type { KubeClient } from '../kube/client.ts';

export interface HubComposition {
  readonly settings: HubSettings;
  /** Of the hub's own cluster. */
  readonly client: KubeClient;
  readonly simulated: boolean;
  /** Over the defaults, for every member. */
  readonly limits?: Partial<ControllerLimits>;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly env: NodeJS.ProcessEnv;
  readonly userAgent: string;
}

/** One cluster under two names would have everything twice. */
async function requireOneName(client: KubeClient, namespace: string, { clusterID, clusterUID }: MemberConfig, signal: AbortSignal): Promise<void> {
  const { items } = await client.list(resources.clusters, { namespace, signal });
  const other = items.find(({ spec }) => spec.cluster_uid === clusterUID && spec.cluster_id !== clusterID)?.spec.cluster_id;
  if (other === undefined) return;
  throw new McsError('MCS_CLUSTER_ID_CHANGED', `Cannot serve member "${clusterID}": this cluster is a member already, as "${other}"`, { hints: [`mcs hub unjoin ${other}`] });
}

function createRecords(client: KubeClient, namespace: string): MemberRecords {
  return {
    ensure: async ({ settings: _tunnels, ...config }, signal) => {
      await requireOneName(client, namespace, { ...config, settings: {} }, signal);
      await ensureCluster(client, planCluster(config, namespace), { signal });
    },
    remove: (clusterID, signal) => removeRecords(client, clusterID, namespace, { signal }),
  };
}

/** The hub with a controller for each member, which have the hub's own namespace in place of a broker. Parts are started in order. */
export function composeHub(options: HubComposition): { readonly hub: Hub; readonly parts: readonly Startable[] } {
  const { settings, client, simulated, limits = {}, registry, clock, logger, env, userAgent } = options;
  const { namespace } = settings;
  const metrics = createMemberMetrics(registry);
  const { parts, ...informers } = createBrokerInformers(client, namespace, { clock, logger });
  const createPart = (config: MemberConfig, localClient: KubeClient): Controller => {
    const { clusterID } = config;
    const told = controllerSettings(config, { memberNamespace: MEMBER_NAMESPACE, identity: memberIdentity(settings, clusterID), simulated });
    return new Controller({
      settings: { ...told, limits: { ...told.limits, ...limits } },
      localClient,
      broker: { kind: 'shared', client, namespace, informers },
      metrics: metrics.of(clusterID),
      clock,
      logger: logger.child({ member: clusterID }),
    });
  };
  const hub = new Hub({
    settings,
    client,
    records: createRecords(client, namespace),
    clusters: informers.clusters,
    leases: informers.leases,
    createPart,
    leaveMember: async (member, { dnsWiring }, signal) => {
      const unwire = async (): Promise<unknown> => takeOutBlock({ client: member, clock, subject: CLUSTERSET_WIRING, hasFallthrough: true }, parseCustomName(dnsWiring?.customConfigMap), signal);
      // what cannot be done about the DNS, to which a hub may have no rights, keeps nothing else from going
      await settleAll([...(dnsWiring?.isWanted === false ? [] : [unwire()]), removeDerived(member, signal)]);
    },
    onGone: (clusterID) => metrics.forget(clusterID),
    clock,
    logger,
    env,
    userAgent,
  });
  return { hub, parts: [...parts, hub] };
}
