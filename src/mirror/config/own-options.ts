import type { MirrorOptionTable } from './option-table.ts';

/** Flags of a mirror without a preset. What differs from source to source goes into a file (`--config`). */
export const OWN_OPTIONS = {
  kubeconfig: { type: 'string', helpValue: '<file>', summary: 'Kubeconfig of the target, the cluster that is written to (default: KUBECONFIG, else ~/.kube/config; in a pod its own cluster)' },
  context: { type: 'string', helpValue: '<context>', summary: 'Context of the target (default: the current one)' },
  namespace: { type: 'string', helpValue: '<namespace>', summary: 'Namespace of the Lease and the status in the target (default: mcs-mirror)' },
  source: { type: 'string', multiple: true, helpValue: '<name>=<kubeconfig>[@<context>]', summary: 'A source: its name and its kubeconfig; <name>=@<context> takes a context of your own kubeconfig. Repeatable, the most important first' },
  'source-url': { type: 'string', multiple: true, helpValue: '<name>=<url>', summary: 'A source without a kubeconfig: an emitter (mcs emit), or any Kubernetes-style API. Repeatable; comes after --source' },
  'ca-file': { type: 'string', helpValue: '<file>', summary: 'Authorities that sign for --source-url (default: those of the system)' },
  'token-file': { type: 'string', helpValue: '<file>', summary: 'Bearer token for --source-url' },
  'cert-file': { type: 'string', helpValue: '<file>', summary: 'Client certificate for --source-url' },
  'key-file': { type: 'string', helpValue: '<file>', summary: 'Key of that certificate' },
  selector: { type: 'string', helpValue: '<selector>', summary: 'Services with these labels only, as in "app in (a,b),tier=web"' },
  namespaces: { type: 'string', helpValue: '<namespace>,...', summary: 'Services of these namespaces of the sources only' },
  exported: { type: 'boolean', summary: 'Only Services that have a ServiceExport' },
  'namespace-policy': { type: 'string', values: ['create', 'skip', 'fail'], summary: 'Where the target lacks the namespace: make it, wait for it (the default), or wait and report it as trouble' },
  'target-name': { type: 'string', helpValue: '<template>', summary: 'Namespace and name in the target (default: "{namespace}/{name}"); {source} is the name of the source' },
  'not-ready': { type: 'string', values: ['keep', 'drop'], summary: 'Endpoints that are not ready: mirror them as such (the default), or leave them out' },
  'target-namespaces': { type: 'string', helpValue: '<namespace>,...', summary: 'Write into these namespaces only (default: all but those of the system)' },
  'deny-namespaces': { type: 'string', helpValue: '<namespace>,...', summary: 'Never write into these namespaces' },
  'remove-namespaces': { type: 'boolean', summary: 'Remove namespaces that this mirror made, once nothing else is in them' },
  'sweep-interval': { type: 'string', helpValue: '<duration>', summary: 'Between two sweeps for orphans, as in 90s or 5m (default: 5m)' },
  config: { type: 'string', helpValue: '<file>', summary: 'All of that from a file instead, which is read again when it or a file that it names changes (docs/mirror.md)' },
} as const satisfies MirrorOptionTable;

/** Those that say where to run, and so go with `--config` too. */
export const PLACE_OPTIONS: readonly string[] = ['preset', 'name', 'kubeconfig', 'context', 'namespace', 'config'];
