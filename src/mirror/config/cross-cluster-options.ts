import type { MirrorOptionTable } from './option-table.ts';

/** Flags of k8-cross-cluster-controller by their names there; of those of glog, which it inherits, the two that its README and manifests use. */
export const CROSS_CLUSTER_OPTIONS = {
  kubeconfig: { type: 'string', multiple: true, helpValue: '<file>', summary: 'Kubeconfig of the remote cluster (default: KUBECONFIG_PATH, else as kubectl finds it). Repeatable: more than one remote works' },
  namespace: { type: 'string', helpValue: '<namespace>', summary: 'Namespace of the Lease and the status in the local cluster (default: fair-system)' },
  devmode: { type: 'string', helpValue: 'true', summary: 'Local and remote cluster are contexts of the kubeconfig; only "true" switches it on (default: DEV_MODE)' },
  'local-context': { type: 'string', helpValue: '<context>', summary: 'Context of the local cluster in development mode (default: prototype-general)' },
  'remote-context': { type: 'string', helpValue: '<context>', summary: 'Context of the remote cluster in development mode (default: prototype-secure)' },
  v: { type: 'string', char: 'v', helpValue: '<number>', summary: 'Verbosity: from 1 on each change is logged' },
  logtostderr: { type: 'boolean', summary: 'Taken: all logs go to standard error anyway', hidden: true },
} as const satisfies MirrorOptionTable;
