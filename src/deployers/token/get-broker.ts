import { resources } from '../../api/resources.ts';
import { McsError } from '../../base/errors.ts';
import { isSameAuthority } from '../../base/pin.ts';
import { isForbidden } from '../../kube/api-error.ts';
import { type BrokerEndpoint, findBrokerEndpoint } from '../broker/broker-endpoint.ts';
import type { DeployContext, FleetContext } from '../deploy-context.ts';
import { findMemberCredential } from '../join/member-secret.ts';
import type { InfoContent } from './info-file.ts';
import { JOIN_ACCOUNT } from './issue-join-token.ts';
import { findPublished, type PublishedBroker } from './published-broker.ts';

export interface BrokerPlace {
  /** `-n`, submariner-k8s-broker by default. */
  readonly brokerNamespace: string;
}

export interface BrokerChoice extends BrokerPlace {
  /** Address under which members reach the broker; else as it was published, else the kubeconfig's. */
  readonly brokerUrl?: string;
  /** CA of the kubeconfig, PEM; empty where it names none. */
  readonly kubeconfigCa: string;
}

/** Where the broker of a member is, for people who run a command on the wrong side. */
async function findBrokerOfMember({ client, signal }: DeployContext): Promise<string | undefined> {
  try {
    return (await findMemberCredential(client, signal))?.server;
  } catch (error) {
    if (isForbidden(error) || (error instanceof McsError && error.code === 'MCS_CREDENTIAL_UNREADABLE')) return undefined;
    throw error;
  }
}

/** Throws MCS_BROKER_NOT_FOUND unless `deploy-broker` has installed a broker here. */
export async function requireBroker(context: DeployContext, { brokerNamespace }: BrokerPlace): Promise<void> {
  const { client, signal } = context;
  if ((await client.find(resources.serviceAccounts, JOIN_ACCOUNT, brokerNamespace, { signal })) !== undefined) return;
  const elsewhere = await findBrokerOfMember(context);
  const hints = elsewhere === undefined ? ['mcs show brokers', 'mcs deploy-broker'] : [`--context <context of the cluster at ${elsewhere}>`, 'mcs show brokers'];
  const where = elsewhere === undefined ? '' : `; this cluster is a member of the broker at ${elsewhere}`;
  throw new McsError('MCS_BROKER_NOT_FOUND', `Cannot use the broker at ${client.server}: there is none in namespace "${brokerNamespace}"${where}`, { hints, details: { namespace: brokerNamespace } });
}

/** Components of a broker that did not publish them. */
const ALL_COMPONENTS = ['connectivity', 'service-discovery'];

/** The broker as a new file is to have it. */
export interface CurrentBroker extends InfoContent {
  /** It publishes something else, or nothing: an authority that has changed, or a broker of an earlier version. */
  readonly isNews: boolean;
}

/** The published authorities if members can connect with one of them, else the present one of the kubeconfig. */
async function findCurrentEndpoint(context: FleetContext, { brokerUrl, kubeconfigCa }: BrokerChoice, published: PublishedBroker | undefined): Promise<BrokerEndpoint> {
  const address = brokerUrl ?? published?.server;
  const probe = (ca: string): Promise<BrokerEndpoint> => findBrokerEndpoint(context, { kubeconfigCa: ca, ...(address !== undefined && { brokerUrl: address }) });
  if (published === undefined) return probe(kubeconfigCa);
  try {
    return await probe(published.ca);
  } catch (error) {
    if (!(error instanceof McsError) || error.code !== 'MCS_BROKER_PIN_MISMATCH') throw error;
    return probe(kubeconfigCa);
  }
}

/**
 * What a new file is to say of the broker, tried out from here. Throws MCS_BROKER_NOT_FOUND,
 * MCS_BROKER_UNREACHABLE, MCS_BROKER_PIN_MISMATCH.
 */
export async function getBroker(context: FleetContext, choice: BrokerChoice): Promise<CurrentBroker> {
  const { client, signal } = context;
  const { brokerNamespace } = choice;
  await requireBroker(context, choice);
  const [namespace, published] = await Promise.all([client.get(resources.namespaces, brokerNamespace, undefined, { signal }), findPublished(client, brokerNamespace, signal)]);
  const { server, ca } = await findCurrentEndpoint(context, choice, published);
  const isNews = published === undefined || !isSameAuthority(published.ca, ca);
  return { server, ca, components: published?.components ?? ALL_COMPONENTS, namespace: brokerNamespace, brokerUID: namespace.metadata.uid ?? '', isNews };
}
