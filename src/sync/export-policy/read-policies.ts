import { isDnsLabel, fitName } from '../../api/names.ts';
import { matchesLabels, readObjectSelector } from '../../api/selectors.ts';
import type { Namespace, Service, ServiceExportPolicy } from '../../api/types/index.ts';

/** What one policy says. What is stored may be older than the validation of its kind. */
export interface ReadPolicy {
  readonly policy: ServiceExportPolicy;
  /** Value of the label EXPORT_POLICY on its exports. */
  readonly label: string;
  /** Why it cannot be followed; its exports stay as they are then. */
  readonly problem?: string;
  /** Whether it selects a Service in a namespace; nothing where there is a problem. */
  readonly selects: (service: Service, namespace: Namespace) => boolean;
}

const MAX_LABEL = 63;

/** Value of the label EXPORT_POLICY on the exports of a policy. */
export function policyLabel(name: string): string {
  return fitName(name, MAX_LABEL);
}

/**
 * Policies by precedence: the older one has a Service that several select. What is being deleted is
 * no policy any more.
 */
export function readPolicies(policies: readonly ServiceExportPolicy[]): ReadPolicy[] {
  const rank = ({ metadata }: ServiceExportPolicy): string => `${metadata.creationTimestamp ?? '~'} ${metadata.name}`;
  const standing = policies.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return standing.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1)).map(readPolicy);
}

function readPolicy(policy: ServiceExportPolicy): ReadPolicy {
  const label = policyLabel(policy.metadata.name);
  const { namespaces, namespaceSelector, serviceSelector } = policy.spec ?? {};
  const [byNamespace, byService] = [readObjectSelector(namespaceSelector), readObjectSelector(serviceSelector)];
  const wrongList = namespaces === undefined ? undefined : problemOfNames(namespaces);
  const reading = { policy, label };
  if (wrongList !== undefined) return invalid(reading, wrongList);
  if ('problem' in byNamespace) return invalid(reading, `spec.namespaceSelector: ${byNamespace.problem}`);
  if ('problem' in byService) return invalid(reading, `spec.serviceSelector: ${byService.problem}`);
  const isNamed = (name: string): boolean => namespaces === undefined || namespaces.includes(name);
  const selects: ReadPolicy['selects'] = (service, { metadata }) =>
    isNamed(metadata.name) && matchesLabels(byNamespace.selector, metadata.labels) && matchesLabels(byService.selector, service.metadata.labels);
  return { ...reading, selects };
}

function invalid(reading: Pick<ReadPolicy, 'policy' | 'label'>, problem: string): ReadPolicy {
  return { ...reading, problem, selects: () => false };
}

/** An empty list is a mistake: left out, it would select all namespaces. */
function problemOfNames(namespaces: unknown): string | undefined {
  if (!Array.isArray(namespaces) || namespaces.length === 0) return 'spec.namespaces: names no namespace';
  const wrong: unknown = namespaces.find((name) => typeof name !== 'string' || !isDnsLabel(name));
  return wrong === undefined ? undefined : `spec.namespaces: ${JSON.stringify(wrong)} is no name of a namespace`;
}
