import { isDnsLabel } from '../../api/names.ts';
import type { SourceSettings } from '../settings.ts';

/** Namespace and name of a mirror in the target. */
export interface MirrorTarget {
  readonly namespace: string;
  readonly name: string;
}

/** `invalid` says why the mapping gives no name that Kubernetes takes; it completes a sentence. */
export type MappedTarget = MirrorTarget | { readonly invalid: string };

/** What a Service may be called (RFC 1035 label): unlike a namespace, it starts with a letter. */
const SERVICE_NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

const PLACEHOLDER = /\{(namespace|name|source)\}/g;

/** Where a Service of a source is mirrored to. Cheap: sources are indexed by it. */
export function targetOf({ name: source, mapping }: Pick<SourceSettings, 'name' | 'mapping'>, service: { readonly namespace?: string; readonly name: string }): MappedTarget {
  const values = { namespace: service.namespace ?? '', name: service.name, source };
  const fill = (template: string): string => template.replace(PLACEHOLDER, (_whole, key: keyof typeof values) => values[key]);
  const [namespace, name] = [fill(mapping.namespace), fill(mapping.name)];
  if (!isDnsLabel(namespace)) return { invalid: `the namespace would be "${namespace}", which is no DNS label` };
  if (!SERVICE_NAME.test(name)) return { invalid: `the name would be "${name}", which is none for a Service (a DNS label that starts with a letter)` };
  return { namespace, name };
}
