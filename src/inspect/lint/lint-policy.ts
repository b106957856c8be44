import { EXPORT_POLICY } from '../../api/labels.ts';
import type { ServiceExport, ServiceExportPolicy } from '../../api/types/index.ts';
import { readPolicies } from '../../sync/export-policy/read-policies.ts';
import { isReservedNamespace } from '../../sync/export-policy/skip-reason.ts';
import type { Finding } from './finding.ts';
import { findingAt, type Located } from './read-objects.ts';

/** What is wrong with an export policy: what the controller would not follow, and what does nothing. */
export function lintPolicy(one: Located<ServiceExportPolicy>): Finding[] {
  const [read] = readPolicies([one.object]);
  if (read?.problem !== undefined) {
    const [path = ''] = read.problem.split(':');
    return [findingAt(one, path.split('.'), 'error', 'policy', `The policy is not going to be followed: ${read.problem}`)];
  }
  const reserved = (one.object.spec?.namespaces ?? []).filter((name) => isReservedNamespace(name));
  return reserved.map((name) => findingAt(one, ['spec', 'namespaces'], 'warning', 'policy', `Nothing of namespace "${name}" is exported: it belongs to the system, or to mcs`));
}

/** The label says that a policy has made the export, which takes it away again when it does not select the Service. */
export function lintMarkedExport(one: Located<ServiceExport>): Finding[] {
  const policy = one.object.metadata.labels?.[EXPORT_POLICY];
  return policy === undefined ? [] : [findingAt(one, ['metadata', 'labels', EXPORT_POLICY], 'warning', 'policy', `With this label the export belongs to policy "${policy}", which may remove it`, 'leave the label out')];
}
