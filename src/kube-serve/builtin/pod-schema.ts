import { anything, atomicList, atomicMap, flag, integer, intOrString, keyedList, object, oneOf, text, textMap, time, withDefault } from '../schema/builders.ts';
import { metadataSchema } from '../schema/metadata.ts';

const protocol = withDefault(oneOf('TCP', 'UDP', 'SCTP'), 'TCP');

const probe = object({
  httpGet: object({ path: text, port: intOrString, host: text, scheme: text }),
  tcpSocket: object({ port: intOrString, host: text }),
  exec: object({ command: atomicList(text) }),
  initialDelaySeconds: integer,
  timeoutSeconds: integer,
  periodSeconds: integer,
  successThreshold: integer,
  failureThreshold: integer,
});

const container = object(
  {
    name: text,
    image: text,
    command: atomicList(text),
    args: atomicList(text),
    workingDir: text,
    ports: keyedList(['containerPort', 'protocol'], object({ name: text, containerPort: integer, hostPort: integer, hostIP: text, protocol }, ['containerPort'])),
    env: keyedList(['name'], object({ name: text, value: text, valueFrom: anything }, ['name'])),
    envFrom: atomicList(anything),
    resources: withDefault(anything, {}),
    volumeMounts: keyedList(['mountPath'], object({ name: text, mountPath: text, subPath: text, readOnly: flag }, ['mountPath', 'name'])),
    readinessProbe: probe,
    livenessProbe: probe,
    startupProbe: probe,
    imagePullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
    securityContext: anything,
    terminationMessagePath: withDefault(text, '/dev/termination-log'),
    terminationMessagePolicy: withDefault(text, 'File'),
  },
  ['name'],
);

/** v1.PodSpec */
export const podSpec = object(
  {
    containers: keyedList(['name'], container),
    initContainers: keyedList(['name'], container),
    volumes: keyedList(['name'], { ...object({ name: text }, ['name']), 'x-kubernetes-preserve-unknown-fields': true }),
    imagePullSecrets: keyedList(['name'], object({ name: text })),
    tolerations: atomicList(anything),
    topologySpreadConstraints: keyedList(['topologyKey', 'whenUnsatisfiable'], anything),
    nodeSelector: atomicMap(textMap),
    affinity: anything,
    nodeName: text,
    hostname: text,
    subdomain: text,
    hostNetwork: flag,
    serviceAccountName: text,
    automountServiceAccountToken: flag,
    priorityClassName: text,
    securityContext: withDefault(anything, {}),
    schedulerName: withDefault(text, 'default-scheduler'),
    dnsPolicy: withDefault(text, 'ClusterFirst'),
    restartPolicy: withDefault(oneOf('Always', 'OnFailure', 'Never'), 'Always'),
    terminationGracePeriodSeconds: withDefault(integer, 30),
  },
  ['containers'],
);

export const podTemplate = object({ metadata: metadataSchema, spec: podSpec });

export const condition = object({ type: text, status: text, reason: text, message: text, lastTransitionTime: time, observedGeneration: integer }, ['type', 'status']);
export const conditions = keyedList(['type'], condition);

export const podSchema = object({
  spec: podSpec,
  status: object({
    phase: text,
    podIP: text,
    podIPs: keyedList(['ip'], object({ ip: text }, ['ip'])),
    hostIP: text,
    hostIPs: atomicList(object({ ip: text })),
    startTime: time,
    message: text,
    reason: text,
    qosClass: text,
    conditions,
    containerStatuses: atomicList(anything),
    initContainerStatuses: atomicList(anything),
  }),
}, ['spec']);

export { protocol };
