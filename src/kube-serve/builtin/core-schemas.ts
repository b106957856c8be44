import type { Schema } from '../schema/schema.ts';
import { anything, atomicList, atomicMap, described, flag, integer, intOrString, keyedList, mapOf, object, oneOf, setList, text, textMap, time, withDefault } from '../schema/builders.ts';
import { conditions, protocol } from './pod-schema.ts';

export const namespaceSchema = object({
  spec: object({ finalizers: atomicList(text) }),
  status: object({ phase: text, conditions }),
});

export const nodeSchema = object({
  spec: object({
    podCIDR: text,
    podCIDRs: setList(),
    providerID: text,
    unschedulable: flag,
    taints: { ...atomicList(object({ key: text, value: text, effect: text, timeAdded: time }, ['key', 'effect'])), 'x-kubernetes-patch-merge-key': 'key', 'x-kubernetes-patch-strategy': 'merge' },
  }),
  status: object({
    addresses: keyedList(['type'], object({ type: text, address: text }, ['type', 'address'])),
    conditions,
    capacity: mapOf(intOrString),
    allocatable: mapOf(intOrString),
    nodeInfo: anything,
    images: atomicList(anything),
  }),
});

const servicePort = object({ name: text, protocol, appProtocol: text, port: integer, targetPort: intOrString, nodePort: integer }, ['port']);

export const serviceSchema = object({
  spec: object({
    type: withDefault(oneOf('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'), 'ClusterIP'),
    ports: described('The ports that the service exposes', keyedList(['port', 'protocol'], servicePort)),
    selector: described('Labels of the pods that traffic goes to', atomicMap(textMap)),
    clusterIP: text,
    clusterIPs: atomicList(text),
    ipFamilies: atomicList(oneOf('IPv4', 'IPv6')),
    ipFamilyPolicy: oneOf('SingleStack', 'PreferDualStack', 'RequireDualStack'),
    externalName: text,
    externalIPs: atomicList(text),
    sessionAffinity: withDefault(oneOf('None', 'ClientIP'), 'None'),
    sessionAffinityConfig: object({ clientIP: object({ timeoutSeconds: withDefault(integer, 10_800) }) }),
    internalTrafficPolicy: oneOf('Cluster', 'Local'),
    externalTrafficPolicy: oneOf('Cluster', 'Local'),
    trafficDistribution: text,
    publishNotReadyAddresses: flag,
    loadBalancerIP: text,
    loadBalancerClass: text,
    loadBalancerSourceRanges: atomicList(text),
    allocateLoadBalancerNodePorts: flag,
    healthCheckNodePort: integer,
  }),
  status: object({
    loadBalancer: object({ ingress: atomicList(object({ ip: text, hostname: text, ipMode: text })) }),
    conditions,
  }),
}, ['spec']);

export const endpointsSchema = object({ subsets: atomicList(anything) });

export const secretSchema = object({ type: withDefault(text, 'Opaque'), data: mapOf(text), stringData: textMap, immutable: flag });

export const configMapSchema = object({ data: textMap, binaryData: textMap, immutable: flag });

const reference = object({ name: text });

export const serviceAccountSchema = object({
  secrets: keyedList(['name'], reference),
  imagePullSecrets: atomicList(reference),
  automountServiceAccountToken: flag,
});

const objectReference = atomicMap(object({ apiVersion: text, kind: text, namespace: text, name: text, uid: text, resourceVersion: text, fieldPath: text }));

export const eventSchema: Schema = object({
  involvedObject: objectReference,
  related: objectReference,
  reason: text,
  message: text,
  type: text,
  action: text,
  count: integer,
  firstTimestamp: time,
  lastTimestamp: time,
  eventTime: time,
  reportingComponent: text,
  reportingInstance: text,
  source: object({ component: text, host: text }),
}, ['involvedObject']);
