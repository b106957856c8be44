import { anything, atomicList, atomicMap, flag, integer, intOrString, object, oneOf, text, textMap, time, withDefault } from '../schema/builders.ts';
import type { Schema } from '../schema/schema.ts';
import { conditions, podTemplate } from './pod-schema.ts';

const labelSelector = atomicMap(object({ matchLabels: textMap, matchExpressions: atomicList(anything) }));

const rollingUpdate = object({ maxSurge: intOrString, maxUnavailable: intOrString });

function workload(spec: Readonly<Record<string, Schema>>, status: Readonly<Record<string, Schema>>): Schema {
  return object(
    {
      spec: object({ selector: labelSelector, template: podTemplate, minReadySeconds: integer, ...spec }, ['selector', 'template']),
      status: object({ observedGeneration: integer, conditions, ...status }),
    },
    ['spec'],
  );
}

const replicas = withDefault(integer, 1);

export const deploymentSchema = workload(
  {
    replicas,
    strategy: withDefault(object({ type: withDefault(oneOf('RollingUpdate', 'Recreate'), 'RollingUpdate'), rollingUpdate }), { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } }),
    revisionHistoryLimit: withDefault(integer, 10),
    progressDeadlineSeconds: withDefault(integer, 600),
    paused: flag,
  },
  { replicas: integer, updatedReplicas: integer, readyReplicas: integer, availableReplicas: integer, unavailableReplicas: integer, collisionCount: integer },
);

export const replicaSetSchema = workload({ replicas }, { replicas: integer, fullyLabeledReplicas: integer, readyReplicas: integer, availableReplicas: integer });

export const daemonSetSchema = workload(
  {
    updateStrategy: withDefault(object({ type: withDefault(oneOf('RollingUpdate', 'OnDelete'), 'RollingUpdate'), rollingUpdate }), { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } }),
    revisionHistoryLimit: withDefault(integer, 10),
  },
  {
    currentNumberScheduled: integer,
    desiredNumberScheduled: integer,
    numberAvailable: integer,
    numberMisscheduled: integer,
    numberReady: integer,
    numberUnavailable: integer,
    updatedNumberScheduled: integer,
  },
);

const endpoint = object(
  {
    addresses: { ...atomicList(text), 'x-kubernetes-list-type': 'set', minItems: 1, maxItems: 100 },
    conditions: withDefault(object({ ready: flag, serving: flag, terminating: flag }), {}),
    hostname: text,
    nodeName: text,
    zone: text,
    targetRef: anything,
    hints: anything,
    deprecatedTopology: textMap,
  },
  ['addresses'],
);

const endpointPort = atomicMap(object({ name: withDefault(text, ''), protocol: withDefault(oneOf('TCP', 'UDP', 'SCTP'), 'TCP'), port: integer, appProtocol: text }));

export const endpointSliceSchema = object(
  {
    addressType: oneOf('IPv4', 'IPv6', 'FQDN'),
    endpoints: { ...atomicList(endpoint), maxItems: 1000 },
    ports: { ...atomicList(endpointPort), maxItems: 100 },
  },
  ['addressType'],
);

export const leaseSchema = object({
  spec: object({
    holderIdentity: text,
    leaseDurationSeconds: { ...integer, minimum: 1 },
    acquireTime: time,
    renewTime: time,
    leaseTransitions: integer,
    strategy: text,
    preferredHolder: text,
  }),
});

const policyRule = object({ apiGroups: atomicList(text), resources: atomicList(text), resourceNames: atomicList(text), nonResourceURLs: atomicList(text), verbs: atomicList(text) }, ['verbs']);

export const roleSchema = object({ rules: atomicList(policyRule), aggregationRule: anything });

const subject = atomicMap(object({ kind: text, name: text, namespace: text, apiGroup: text }, ['kind', 'name']));

export const roleBindingSchema = object(
  { roleRef: atomicMap(object({ apiGroup: text, kind: text, name: text }, ['kind', 'name'])), subjects: atomicList(subject) },
  ['roleRef'],
);

export const podDisruptionBudgetSchema = object({
  spec: object({ minAvailable: intOrString, maxUnavailable: intOrString, selector: labelSelector, unhealthyPodEvictionPolicy: text }),
  status: object({ conditions, currentHealthy: integer, desiredHealthy: integer, disruptionsAllowed: integer, expectedPods: integer, observedGeneration: integer }),
});

const networkPolicyPeer = object({ podSelector: labelSelector, namespaceSelector: labelSelector, ipBlock: object({ cidr: text, except: atomicList(text) }, ['cidr']) });
const networkPolicyPort = object({ protocol: withDefault(text, 'TCP'), port: intOrString, endPort: integer });

export const networkPolicySchema = object({
  spec: object({
    podSelector: labelSelector,
    policyTypes: atomicList(oneOf('Ingress', 'Egress')),
    ingress: atomicList(object({ from: atomicList(networkPolicyPeer), ports: atomicList(networkPolicyPort) })),
    egress: atomicList(object({ to: atomicList(networkPolicyPeer), ports: atomicList(networkPolicyPort) })),
  }),
}, ['spec']);

export const serviceCIDRSchema = object({ spec: object({ cidrs: atomicList(text) }), status: object({ conditions }) });

export const flowSchemaSchema = object({
  spec: object({
    priorityLevelConfiguration: object({ name: text }, ['name']),
    matchingPrecedence: withDefault(integer, 1000),
    distinguisherMethod: object({ type: oneOf('ByUser', 'ByNamespace') }, ['type']),
    rules: atomicList(anything),
  }),
  status: object({ conditions }),
});
