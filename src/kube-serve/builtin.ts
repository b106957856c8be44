import { coreDefinitions } from './builtin/core.ts';
import { otherDefinitions } from './builtin/others.ts';
import { customResourceDefinition } from './crd/crd-definition.ts';
import type { ResourceDefinition } from './resource-definition.ts';

/** The kinds that come with the API server. Admission policies are not among them: nothing here evaluates CEL. */
export function builtinDefinitions(): readonly ResourceDefinition[] {
  return [...coreDefinitions, ...otherDefinitions, customResourceDefinition].map((definition) => ({ strategicMerge: true, ...definition }));
}
