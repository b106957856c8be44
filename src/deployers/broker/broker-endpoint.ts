import { resources } from '../../api/resources.ts';
import { McsError } from '../../base/errors.ts';
import { cidrContains, parseCidr } from '../../api/cidr.ts';
import type { ClusterFacts } from '../../discovery/cluster-facts.ts';
import { probeBroker } from '../../discovery/probe-broker.ts';
import type { FleetContext } from '../deploy-context.ts';
import type { DeployBrokerOptions } from './options.ts';

/** Where members find the broker and by which authority they know it. */
export interface BrokerEndpoint {
  readonly server: string;
  readonly ca: string;
}

const LOOPBACK = parseCidr('127.0.0.0/8');

function validateUrl(text: string): string {
  if (URL.canParse(text) && new URL(text).protocol === 'https:') return text.replace(/\/+$/, '');
  throw new McsError('MCS_USAGE', `Cannot use --broker-url "${text}": it is no https URL`, { hints: ['--broker-url https://broker.example:6443'] });
}

/** The CA that every namespace of a cluster holds; only the kubeconfig can know better. */
async function findClusterCa({ client, signal }: FleetContext): Promise<string> {
  const map = await client.find(resources.configMaps, 'kube-root-ca.crt', 'kube-system', { signal });
  return map?.data?.['ca.crt'] ?? '';
}

/**
 * The address and authority to put into the broker-info file, tried out from here.
 * Throws MCS_BROKER_UNREACHABLE or MCS_BROKER_PIN_MISMATCH where members could not connect either.
 */
export async function findBrokerEndpoint(context: FleetContext, { brokerUrl, kubeconfigCa }: Pick<DeployBrokerOptions, 'brokerUrl' | 'kubeconfigCa'>): Promise<BrokerEndpoint> {
  const server = validateUrl(brokerUrl ?? context.client.server);
  const ca = kubeconfigCa === '' ? await findClusterCa(context) : kubeconfigCa;
  const anonymous = context.connect({ server, tls: ca === '' ? {} : { ca }, headers: () => Promise.resolve({}) });
  try {
    await probeBroker(anonymous, context.signal);
  } finally {
    anonymous.close();
  }
  return { server, ca };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (LOOPBACK !== undefined && cidrContains(LOOPBACK, host));
}

/** Members elsewhere cannot reach a loopback address, unless the nodes are on loopback themselves, as in the sandbox. */
export function endpointWarning({ server }: Pick<BrokerEndpoint, 'server'>, { nodes }: Pick<ClusterFacts, 'nodes'>): string | undefined {
  const areNodesLocal = nodes.some(({ status }) => status?.addresses?.some(({ address }) => isLoopback(address)));
  if (areNodesLocal || !isLoopback(new URL(server).hostname)) return undefined;
  return `The broker's address ${server} is loopback, which other clusters cannot reach; give --broker-url`;
}
