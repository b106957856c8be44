import { apiVersionOf, resources } from '../../api/resources.ts';
import { builtinDefinitions } from '../../kube-serve/builtin.ts';
import { READ_VERBS } from '../../kube-serve/read-server.ts';
import type { ResourceDefinition } from '../../kube-serve/resource-definition.ts';

const BUILT_IN: readonly string[] = [resources.namespaces, resources.services, resources.endpoints, resources.endpointSlices].map((resource) => `${apiVersionOf(resource)} ${resource.plural}`);

const serviceExports: ResourceDefinition = {
  resource: resources.serviceExports,
  singular: 'serviceexport',
  shortNames: ['svcex', 'svcexport'],
  versions: [{ name: 'v1beta1' }, { name: 'v1alpha1' }],
  prune: true,
};

/** What an emitter serves, for reading only: no status of its own, and metadata.name and metadata.namespace as the only fields to select by. */
export function servedKinds(): readonly ResourceDefinition[] {
  const builtIn = builtinDefinitions().filter(({ resource }) => BUILT_IN.includes(`${apiVersionOf(resource)} ${resource.plural}`));
  return [...builtIn, serviceExports].map((definition) => ({ ...definition, hasStatus: false, selectableFields: [], verbs: READ_VERBS }));
}
