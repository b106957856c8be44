import { APP_COMPONENT, MANAGED_BY, MANAGED_BY_MCS, OWNER } from '../../api/labels.ts';
import { apiVersionOf, type Resource } from '../../api/resources.ts';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from '../../api/restricted-pod.ts';
import type { KubeObject, Pod } from '../../api/types/index.ts';
import { stringify } from '../../base/yaml.ts';
import type { Draft } from '../../kube/client.ts';
import type { BenchmarkKind } from './plan-benchmark.ts';

/** On all objects of all runs. */
export const BENCHMARK_LABELS = { [MANAGED_BY]: MANAGED_BY_MCS, [OWNER]: 'benchmark', [APP_COMPONENT]: 'benchmark' } as const;
const ACCOUNT = 'mcs-benchmark';
export const BENCHMARK_PORT = 5201;

/** How to measure. */
export interface BenchmarkSettings {
  readonly kind: BenchmarkKind;
  readonly seconds: number;
  readonly streams: number;
  /** For pulling the image and starting a pod, seconds. */
  readonly startSeconds: number;
}

export interface PodPlan {
  readonly name: string;
  readonly namespace: string;
  /** The pod runs there, past the scheduler and all taints: gateways and busy nodes are meant too. Anywhere by default. */
  readonly node?: string;
  readonly image: string;
  /** Arguments of the in-pod program. */
  readonly args: readonly string[];
  /** The pod ends by then, whatever happens to who started it. */
  readonly deadlineSeconds: number;
}

/** A namespace that admits none but restricted pods, and an account without rights: that of the namespace may not be there yet. */
export function placeObjects(namespace: string): { readonly namespace: Draft<KubeObject>; readonly account: Draft<KubeObject> } {
  const level = 'restricted';
  return {
    namespace: { metadata: { name: namespace, labels: { ...BENCHMARK_LABELS, 'pod-security.kubernetes.io/enforce': level, 'pod-security.kubernetes.io/warn': level } } },
    account: { metadata: { name: ACCOUNT, namespace, labels: BENCHMARK_LABELS } },
  };
}

export function benchmarkPod({ args, deadlineSeconds, image, name, namespace, node }: PodPlan): Draft<Pod> {
  const container = {
    name: 'benchmark',
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['node', '/app/dist/agents/benchmark.js', ...args],
    env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
    terminationMessagePolicy: 'FallbackToLogsOnError',
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '256Mi' } },
    securityContext: RESTRICTED_CONTAINER,
  };
  const spec = {
    serviceAccountName: ACCOUNT,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: 'Never',
    activeDeadlineSeconds: deadlineSeconds,
    terminationGracePeriodSeconds: 1,
    ...(node !== undefined && { nodeName: node, tolerations: [{ operator: 'Exists' }] }),
    securityContext: RESTRICTED_POD,
    containers: [container],
  };
  return { metadata: { name, namespace, labels: BENCHMARK_LABELS }, spec };
}

const lifeOf = ({ seconds, startSeconds }: BenchmarkSettings): number => seconds + 2 * startSeconds;

export function serverArgs(settings: BenchmarkSettings): readonly string[] {
  return ['server', '--port', String(BENCHMARK_PORT), '--seconds', String(lifeOf(settings))];
}

export function clientArgs({ kind, seconds, streams }: BenchmarkSettings, host: string): readonly string[] {
  return [kind, '--host', host, '--port', String(BENCHMARK_PORT), '--seconds', String(seconds), ...(kind === 'throughput' ? ['--streams', String(streams)] : [])];
}

/** Longest life of a pod of a run. */
export function deadlineOf(settings: BenchmarkSettings): number {
  return Math.ceil(lifeOf(settings));
}

/** Objects as a YAML stream. */
export function toManifests(drafts: readonly { readonly resource: Resource<KubeObject>; readonly object: Draft<KubeObject> }[]): string {
  return drafts.map(({ resource, object }) => stringify({ apiVersion: apiVersionOf(resource), kind: resource.kind, ...object }, { aliasDuplicateObjects: false, lineWidth: 0 })).join('---\n');
}

