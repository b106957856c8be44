import packageJson from '../../../package.json' with { type: 'json' };
import { resources } from '../../../src/api/resources.ts';
import type { Pod, Service, UnknownObject } from '../../../src/api/types/index.ts';
import { imageOf } from '../../../src/deployers/images.ts';
import { eventually } from '../../helpers/eventually.ts';
import type { E2eCluster, Ran } from './fleet.ts';

export const NAMESPACE = 'mcs-e2e';
const TOOLBOX = 'toolbox';
/** bash, dig, nslookup, curl. */
const TOOLS_IMAGE = process.env.MCS_E2E_TOOLS_IMAGE ?? 'quay.io/submariner/nettest:0.20.0';
const MINUTE = { timeoutMs: 60_000, everyMs: 200 };

/** Answers every HTTP request with cluster and pod, and /source with the caller's address; our own image, which every cluster of the e2e has. */
const SERVER = `require('node:http').createServer(({ url, socket }, answer) => {
  answer.end((url === '/source' ? socket.remoteAddress.replace('::ffff:', '') : process.env.CLUSTER + ' ' + process.env.HOSTNAME) + '\\n');
}).listen(8080, '::')`;

const restricted = {
  securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
  container: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
};

export async function ensureNamespace({ client }: E2eCluster, name = NAMESPACE): Promise<void> {
  await client.apply(resources.namespaces, { metadata: { name } }, { fieldManager: 'e2e' });
}

/** Deletes a namespace, and waits until it is gone. */
export async function removeNamespace({ client }: E2eCluster, name: string): Promise<void> {
  if ((await client.find(resources.namespaces, name)) === undefined) return;
  await client.delete(resources.namespaces, name);
  await eventually(async () => (await client.find(resources.namespaces, name)) === undefined, { timeoutMs: 60_000, everyMs: 200 });
}

function podTemplate(cluster: E2eCluster, name: string): UnknownObject['spec'] {
  return {
    metadata: { labels: { app: name } },
    spec: {
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 0,
      securityContext: restricted.securityContext,
      containers: [
        {
          name: 'server',
          image: imageOf('mcs-controller', {}, packageJson.version),
          imagePullPolicy: 'IfNotPresent',
          command: ['node', '-e', SERVER],
          env: [{ name: 'CLUSTER', value: cluster.name }],
          ports: [{ containerPort: 8080 }],
          readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
          securityContext: restricted.container,
        },
      ],
    },
  };
}

export interface ServerOptions {
  readonly namespace?: string;
  readonly replicas?: number;
  readonly kind?: 'Deployment' | 'StatefulSet';
  readonly service?: Partial<Service['spec']>;
}

/** Runs servers behind a Service of the same name, and waits until they are ready. */
export async function serve(cluster: E2eCluster, name: string, options: ServerOptions = {}): Promise<void> {
  const { namespace = NAMESPACE, replicas = 1, kind = 'Deployment', service = {} } = options;
  const selector = { app: name };
  const resource = kind === 'Deployment' ? resources.deployments : { ...resources.deployments, plural: 'statefulsets', kind };
  const template = podTemplate(cluster, name);
  const spec = { replicas, selector: { matchLabels: selector }, template, ...(kind === 'StatefulSet' && { serviceName: name, podManagementPolicy: 'Parallel' }) };
  await ensureNamespace(cluster, namespace);
  await cluster.client.apply(resource, { metadata: { name, namespace }, spec } as never, { fieldManager: 'e2e', force: true });
  await applyService(cluster, name, service, namespace);
  await eventually(async () => {
    const found = await cluster.client.get(resource, name, namespace);
    return (found.status?.readyReplicas ?? 0) === replicas || Promise.reject(new Error(`${kind} ${name}: ${found.status?.readyReplicas ?? 0} of ${replicas} ready`));
  }, MINUTE);
}

/** Writes a Service in front of the servers of the same name. */
export async function applyService(cluster: E2eCluster, name: string, service: Partial<Service['spec']> = {}, namespace = NAMESPACE): Promise<void> {
  const spec = { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }], ...service };
  await cluster.client.apply(resources.services, { metadata: { name, namespace }, spec } as Service, { fieldManager: 'e2e', force: true });
}

/** Asks for another number of servers; does not wait for them. */
export async function scale({ client }: E2eCluster, name: string, replicas: number, namespace = NAMESPACE): Promise<void> {
  await client.patch(resources.deployments, name, namespace, 'application/merge-patch+json', { spec: { replicas } });
}

export interface ToolboxOptions {
  readonly name?: string;
  /** Where it runs, whatever taints the node has; anywhere by default. */
  readonly node?: string;
}

/** A pod to call from. */
export async function ensureToolbox(cluster: E2eCluster, { name = TOOLBOX, node }: ToolboxOptions = {}): Promise<Pod> {
  await ensureNamespace(cluster);
  const existing = await cluster.client.find(resources.pods, name, NAMESPACE);
  if (existing === undefined) {
    const containers = [{ name: 'toolbox', image: TOOLS_IMAGE, imagePullPolicy: 'IfNotPresent', command: ['sleep', '7200'] }];
    const spec = { terminationGracePeriodSeconds: 0, containers, ...(node !== undefined && { nodeName: node, tolerations: [{ operator: 'Exists' }] }) };
    await cluster.client.create(resources.pods, { metadata: { name, namespace: NAMESPACE }, spec });
  }
  return eventually(async () => {
    const pod = await cluster.client.get(resources.pods, name, NAMESPACE);
    return pod.status?.containerStatuses?.every(({ ready }) => ready) === true ? pod : Promise.reject(new Error(`pod ${name} of ${cluster.name} is not ready`));
  }, MINUTE);
}

/** Runs a command line in a toolbox of a cluster. */
export function inToolbox(cluster: E2eCluster, line: string, name = TOOLBOX): Promise<Ran> {
  return cluster.exec(NAMESPACE, name, ['sh', '-c', line]);
}
