import { BROKER_CONFIG } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { ConfigMap, UnknownObject } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import { caPins, sharesAuthority } from '../../base/pin.ts';
import type { KubeClient } from '../../kube/client.ts';
import { ensureObject } from '../../kube/ensure.ts';
import { type DeployContext, FIELD_MANAGER } from '../deploy-context.ts';
import { withOwnership } from '../render-template.ts';
import type { StepOutcome } from '../steps.ts';

/**
 * What the broker says of itself in ConfigMap `mcs-broker`: new broker-info files are made from it,
 * and members follow its authorities. It holds no secret.
 */
export interface PublishedBroker {
  /** Address under which members reach it. */
  readonly server: string;
  /** PEM of every authority that members are to trust; empty for the system's trust store. */
  readonly ca: string;
  readonly components: readonly string[];
}

export function parsePublished({ data = {} }: ConfigMap): PublishedBroker | undefined {
  const { server = '', ca = '', components = '' } = data;
  return server === '' ? undefined : { server, ca, components: components.split(',').filter((name) => name !== '') };
}

/** The object as it is written. */
export function publishedObject({ server, ca, components }: PublishedBroker, namespace: string, version: string): UnknownObject {
  return withOwnership({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: BROKER_CONFIG, namespace }, data: { server, ca, components: components.join(',') } }, version);
}

/** Undefined where the broker was installed by a version that did not publish it. */
export async function findPublished(client: KubeClient, namespace: string, signal: AbortSignal): Promise<PublishedBroker | undefined> {
  const configMap = await client.find(resources.configMaps, BROKER_CONFIG, namespace, { signal });
  return configMap && parsePublished(configMap);
}

/** What is to be published: authorities that `rotate-ca` has added stay, as long as one of them is the present one. */
export function planPublished(wanted: PublishedBroker, standing: PublishedBroker | undefined): PublishedBroker {
  const keepsAuthorities = standing !== undefined && wanted.ca !== '' && standing.ca !== '' && sharesAuthority(standing.ca, wanted.ca);
  return { ...wanted, ...(keepsAuthorities && { ca: standing.ca }) };
}

/** Writes it, and gives it. Throws MCS_FOREIGN_OBJECT where somebody else has an object of that name. */
export async function ensurePublished({ client, version, signal }: DeployContext, wanted: PublishedBroker, namespace: string): Promise<StepOutcome<PublishedBroker>> {
  const value = planPublished(wanted, await findPublished(client, namespace, signal));
  const { state } = await ensureObject(client, resources.configMaps, publishedObject(value, namespace, version) as ConfigMap, { fieldManager: FIELD_MANAGER, signal });
  return { state, detail: value.server, value };
}

/** The pins of a PEM text. Throws MCS_USAGE, naming where it comes from, for one that holds no certificate. */
export function getPins(ca: string, source: string): string[] {
  try {
    const pins = caPins(ca);
    if (pins.length > 0) return pins;
  } catch {
    // the same fault: said below
  }
  throw new McsError('MCS_USAGE', `Cannot use ${source}: it holds no certificate authority in PEM`, { hints: ['openssl x509 -in <file> -noout -subject'] });
}
