import { APP_COMPONENT, MANAGED_BY, MANAGED_BY_MCS, OWNER, VERIFY_SERVERS } from '../../api/labels.ts';
import { type Resource, resources } from '../../api/resources.ts';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from '../../api/restricted-pod.ts';
import type { KubeObject, Pod, Service } from '../../api/types/index.ts';
import type { Draft } from '../../kube/client.ts';
import { kindOf } from './catalogue.ts';
import { CALL_PORT, HEADLESS_PODS, headlessService, PORT_NAME, serverOn, SHARED_SERVICE, WEB_POD, webService } from './names.ts';
import type { PlannedTest, VerifyCluster } from './planned-test.ts';

/** On all objects of all runs but those of their services. */
export const VERIFY_LABELS = { [MANAGED_BY]: MANAGED_BY_MCS, [OWNER]: 'verify', [APP_COMPONENT]: 'verify' } as const;
/** Without an owner: a Service with one would count as a copy, which is never exported. */
const SERVICE_LABELS = { [MANAGED_BY]: MANAGED_BY_MCS, [APP_COMPONENT]: 'verify' } as const;
/** The test servers end by then, whatever happens to who started them, seconds. */
const LIFE_SECONDS = 1800;
const WEB = { [VERIFY_SERVERS]: 'web' } as const;
const HEADLESS = { [VERIFY_SERVERS]: 'headless' } as const;

/** A namespace of level "restricted" for pods, and for calls from nodes one that admits them. */
export interface VerifyNamespaces {
  readonly pods: string;
  readonly nodes: string;
}

export interface PlannedObject<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  readonly object: Draft<T>;
}

/** What a run makes in a cluster, in the order of its making. */
export interface ClusterObjects {
  readonly namespaces: readonly PlannedObject[];
  readonly services: readonly PlannedObject<Service>[];
  readonly servers: readonly PlannedObject<Pod>[];
  readonly exports: readonly PlannedObject[];
}

function namespaceOf(name: string, level: 'restricted' | 'privileged'): PlannedObject {
  return { resource: resources.namespaces, object: { metadata: { name, labels: { ...VERIFY_LABELS, 'pod-security.kubernetes.io/enforce': level, 'pod-security.kubernetes.io/warn': level } } } };
}

interface ServerPlan {
  readonly name: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly image: string;
  readonly node?: string | undefined;
  /** Of a headless service: the pod has a host name in it. */
  readonly subdomain?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

function serverPod({ cluster, image, labels, name, namespace, node, subdomain }: ServerPlan): PlannedObject<Pod> {
  const container = {
    name: 'server',
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['node', '/app/dist/agents/call-server.js', '--port', String(CALL_PORT), '--seconds', String(LIFE_SECONDS), '--cluster', cluster],
    env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }, { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
    ports: [{ name: PORT_NAME, containerPort: CALL_PORT }],
    resources: { requests: { cpu: '10m', memory: '48Mi' }, limits: { memory: '128Mi' } },
    securityContext: RESTRICTED_CONTAINER,
  };
  const spec = {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: 'Never',
    activeDeadlineSeconds: LIFE_SECONDS,
    terminationGracePeriodSeconds: 1,
    // past the scheduler: gateways and busy nodes are meant too
    ...(node !== undefined && { nodeName: node, tolerations: [{ operator: 'Exists' }] }),
    ...(subdomain !== undefined && { hostname: name, subdomain }),
    securityContext: RESTRICTED_POD,
    containers: [container],
  };
  return { resource: resources.pods, object: { metadata: { name, namespace, labels: { ...VERIFY_LABELS, ...labels } }, spec } };
}

function serviceOf(name: string, namespace: string, selector: Record<string, string>, isHeadless = false): PlannedObject<Service> {
  const ports = [{ name: PORT_NAME, port: CALL_PORT, targetPort: CALL_PORT, protocol: 'TCP' as const }];
  return { resource: resources.services, object: { metadata: { name, namespace, labels: SERVICE_LABELS }, spec: { ...(isHeadless && { clusterIP: 'None' }), selector, ports } } };
}

function exportOf(name: string, namespace: string): PlannedObject {
  return { resource: resources.serviceExports, object: { metadata: { name, namespace, labels: SERVICE_LABELS } } };
}

/** Everything that the tests that are run take of a cluster; undefined where they take nothing. */
export function planObjects({ gateway, name: cluster, other }: VerifyCluster, tests: readonly PlannedTest[], namespaces: VerifyNamespaces, image: string): ClusterObjects | undefined {
  const own = tests.filter(({ clusters, skip }) => skip === undefined && clusters.includes(cluster));
  if (own.length === 0) return undefined;
  const namespace = namespaces.pods;
  const needsHeadless = own.some(({ name }) => kindOf(name).suite === 'service-discovery');
  const needsWeb = needsHeadless || own.some(({ name }) => name === 'pod-to-service');
  const called = new Set(own.flatMap(({ asks }) => asks.flatMap((ask) => (ask.kind === 'call' && 'pod' in ask.target && ask.target.cluster === cluster ? [ask.target.pod] : []))));
  const base = { cluster, namespace, image };
  const headless = headlessService(cluster);
  const services = [
    ...(needsWeb ? [serviceOf(webService(cluster), namespace, WEB)] : []),
    ...(needsHeadless ? [serviceOf(SHARED_SERVICE, namespace, WEB), serviceOf(headless, namespace, HEADLESS, true)] : []),
  ];
  return {
    namespaces: [namespaceOf(namespace, 'restricted'), ...(own.some(({ from }) => from.cluster === cluster && from.isNode === true) ? [namespaceOf(namespaces.nodes, 'privileged')] : [])],
    services,
    servers: [
      ...([['gateway', gateway], ['other', other]] as const).filter(([role]) => called.has(serverOn(role))).map(([role, node]) => serverPod({ ...base, name: serverOn(role), node })),
      ...(needsWeb ? [serverPod({ ...base, name: WEB_POD, labels: WEB })] : []),
      ...(needsHeadless ? HEADLESS_PODS.map((name) => serverPod({ ...base, name, subdomain: headless, labels: HEADLESS })) : []),
    ],
    exports: services.map(({ object }) => exportOf(object.metadata.name, namespace)),
  };
}
