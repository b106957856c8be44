import type { PolicyRule } from '../../api/types/index.ts';
import type { MirrorSettings } from '../../mirror/settings.ts';

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'patch', 'delete'];

export type RuleSettings = Pick<MirrorSettings, 'endpoints' | 'removeNamespaces'> & {
  /** Whether any source has the namespace policy `create`. */
  readonly createsNamespaces: boolean;
};

function endpointRules(endpoints: boolean): PolicyRule[] {
  // what an earlier configuration wrote must go as well
  if (!endpoints) return [{ apiGroups: [''], resources: ['endpoints'], verbs: [...READ, 'delete'] }];
  return [
    { apiGroups: [''], resources: ['endpoints'], verbs: [...READ, ...WRITE] },
    { apiGroups: [''], resources: ['endpoints/restricted'], verbs: ['create', 'update', 'patch'] },
  ];
}

function namespaceVerbs({ createsNamespaces, removeNamespaces }: RuleSettings): string[] {
  return [...READ, ...(createsNamespaces ? ['create'] : []), ...(removeNamespaces ? ['delete'] : [])];
}

/**
 * What a mirror may do in its target. Whether a namespace is empty can be told only by listing all
 * kinds in it, Secrets among them: that right is given only where namespaces are to be removed.
 */
export function mirrorRules(settings: RuleSettings): PolicyRule[] {
  return [
    { apiGroups: [''], resources: ['services'], verbs: [...READ, ...WRITE] },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: [...READ, ...WRITE] },
    // OpenShift asks for it where endpoints are written by hand; elsewhere it is nothing
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices/restricted'], verbs: ['create', 'update', 'patch'] },
    ...endpointRules(settings.endpoints),
    { apiGroups: [''], resources: ['namespaces'], verbs: namespaceVerbs(settings) },
    // get: an Event that repeats is counted up, not made anew
    { apiGroups: [''], resources: ['events'], verbs: ['get', 'create', 'patch'] },
    ...(settings.removeNamespaces ? [{ apiGroups: ['*'], resources: ['*'], verbs: ['list'] }] : []),
  ];
}

/** What the settings of all sources together need. */
export function ruleSettings({ endpoints, removeNamespaces, sources }: Pick<MirrorSettings, 'endpoints' | 'removeNamespaces' | 'sources'>): RuleSettings {
  return { endpoints, removeNamespaces, createsNamespaces: sources.some(({ namespacePolicy }) => namespacePolicy === 'create') };
}
