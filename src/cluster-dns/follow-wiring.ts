import { MEMBER_CLUSTER_LOCAL } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { createInformer, type Informer } from '../kube/informer.ts';
import { dnsConfigMapNames, type ObjectName } from './dns-objects.ts';

export interface FollowWiringOptions {
  readonly client: KubeClient;
  /** Of our name server. */
  readonly service: ObjectName;
  /** ConfigMap that the user names for server blocks. */
  readonly custom: ObjectName | undefined;
  /** False: join was told to leave the cluster's DNS alone. */
  readonly isWanted: boolean;
  readonly hasFallthrough: boolean;
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Informers of all that the wiring is made from. They only tell that something has changed: what there is, is read anew. */
export function followWiring({ client, service, custom, isWanted, hasFallthrough, onChange, clock, logger }: FollowWiringOptions): Informer<KubeObject>[] {
  const options = ({ namespace, name }: ObjectName) => ({ namespace, fieldSelector: `metadata.name=${name}`, clock, logger });
  const own = hasFallthrough ? [{ namespace: service.namespace, name: MEMBER_CLUSTER_LOCAL }] : [];
  const maps = [...(isWanted ? dnsConfigMapNames(custom) : []), ...own].map((name): Informer<KubeObject> => createInformer(client, resources.configMaps, options(name)));
  const services: Informer<KubeObject>[] = isWanted ? [createInformer(client, resources.services, options(service))] : [];
  const informers = [...maps, ...services];
  for (const informer of informers) informer.onChange(onChange);
  return informers;
}
