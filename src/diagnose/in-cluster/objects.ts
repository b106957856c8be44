import { APP_COMPONENT, MANAGED_BY, MANAGED_BY_MCS, OWNER } from '../../api/labels.ts';
import { type Resource, resources } from '../../api/resources.ts';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from '../../api/restricted-pod.ts';
import type { KubeObject } from '../../api/types/index.ts';
import type { Draft } from '../../kube/client.ts';

export interface DiagnosePodOptions {
  /** Name of the pod, of its account and of its roles: one run has its own. */
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  /** What is printed for this cluster in commands that cure: the context of who asks. */
  readonly context: string;
  /** Arguments of `mcs`. */
  readonly args: readonly string[];
  /** The pod ends by then, whatever happens to who started it, seconds. */
  readonly deadlineSeconds: number;
}

/** An object to create, with its kind. */
export interface DraftOf {
  readonly resource: Resource<KubeObject>;
  readonly object: Draft<KubeObject>;
}

/** On all objects of all runs. */
export const DIAGNOSE_LABELS = { [MANAGED_BY]: MANAGED_BY_MCS, [OWNER]: 'diagnose', [APP_COMPONENT]: 'diagnose' } as const;

const read = (apiGroup: string, ...names: readonly string[]): object => ({ apiGroups: [apiGroup], resources: names, verbs: ['get', 'list'] });

/** What the checks read; no Secret. */
const CLUSTER_RULES: readonly object[] = [
  read('', 'namespaces', 'nodes', 'pods', 'services', 'endpoints', 'configmaps'),
  read('apps', 'deployments', 'daemonsets'),
  read('discovery.k8s.io', 'endpointslices'),
  read('coordination.k8s.io', 'leases'),
  read('networking.k8s.io', 'networkpolicies'),
  read('multicluster.x-k8s.io', 'serviceexports', 'serviceimports'),
  read('about.k8s.io', 'clusterproperties'),
  read('submariner.io', 'clusters', 'endpoints', 'gateways', 'routeagents'),
  read('apiextensions.k8s.io', 'customresourcedefinitions'),
  read('admissionregistration.k8s.io', 'validatingadmissionpolicies', 'validatingadmissionpolicybindings'),
  read('operator.openshift.io', 'dnses'),
];

/** Asking the name servers goes through the API server's proxy to their pods. */
const NAMESPACE_RULES: readonly object[] = [{ apiGroups: [''], resources: ['pods/proxy'], verbs: ['get'] }];

function podSpec({ args, context, deadlineSeconds, image, name }: DiagnosePodOptions): object {
  return {
    serviceAccountName: name,
    restartPolicy: 'Never',
    activeDeadlineSeconds: deadlineSeconds,
    enableServiceLinks: false,
    securityContext: RESTRICTED_POD,
    containers: [
      {
        name: 'diagnose',
        image,
        imagePullPolicy: 'IfNotPresent',
        command: ['node', '/app/bin/mcs.js'],
        args,
        // no home: there is no kubeconfig to be found, so it reads this cluster by its own account
        env: [{ name: 'HOME', value: '/nonexistent' }, { name: 'MCS_IN_CLUSTER_CONTEXT', value: context }],
        resources: { requests: { cpu: '25m', memory: '128Mi' }, limits: { memory: '512Mi' } },
        securityContext: RESTRICTED_CONTAINER,
      },
    ],
  };
}

/** A pod that runs `mcs`, with an account that may read what the checks read; in the order in which they are created. */
export function diagnosePodObjects(options: DiagnosePodOptions): readonly DraftOf[] {
  const { name, namespace } = options;
  const draft = (resource: Resource<KubeObject>, fields: object): DraftOf => ({
    resource,
    object: { metadata: { name, labels: DIAGNOSE_LABELS, ...(resource.namespaced && { namespace }) }, ...fields },
  });
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  const bind = (kind: string): object => ({ roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name }, subjects });
  return [
    draft(resources.serviceAccounts, {}),
    draft(resources.clusterRoles, { rules: CLUSTER_RULES }),
    draft(resources.clusterRoleBindings, bind('ClusterRole')),
    draft(resources.roles, { rules: NAMESPACE_RULES }),
    draft(resources.roleBindings, bind('Role')),
    draft(resources.pods, { spec: podSpec(options) }),
  ];
}
