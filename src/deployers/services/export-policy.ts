import { MANAGED_BY, MANAGED_BY_MCS } from '../../api/labels.ts';
import { isDnsLabel, isDnsSubdomain } from '../../api/names.ts';
import { apiVersionOf, resources } from '../../api/resources.ts';
import { toObjectSelector } from '../../api/selectors.ts';
import type { ServiceExportPolicy } from '../../api/types/index.ts';
import { errorMessage, McsError } from '../../base/errors.ts';
import type { TaskResult } from '../../base/tasks.ts';
import { readSelectable } from '../../inspect/export-policies/policy-facts.ts';
import { describeSelection, policyRows, type PolicyRow } from '../../inspect/export-policies/policy-rows.ts';
import { isSubset } from '../../kube/subset.ts';
import { type DeployContext, FIELD_MANAGER, withPatience } from '../deploy-context.ts';
import { toYaml } from '../manifests.ts';
import { Steps } from '../steps.ts';
import { requireMember } from './require-member.ts';

export interface ExportPolicyOptions {
  readonly name: string;
  readonly namespaces?: readonly string[];
  /** `team=shop,env in (a,b)` */
  readonly namespaceSelector?: string;
  readonly selector?: string;
  readonly dryRun: boolean;
}

export interface ExportPolicyResult {
  readonly name: string;
  readonly selects: string;
  /** What it exports, or would export, as far as the user may list it. */
  readonly preview: Pick<PolicyRow, 'exported' | 'pending' | 'skipped'>;
  readonly steps: readonly TaskResult[];
  readonly isUnchanged: boolean;
  readonly manifests?: string;
}

type Context = Omit<DeployContext, 'templates' | 'version'>;

function selectorOf(name: string, flag: string, text: string): NonNullable<ServiceExportPolicy['spec']>['serviceSelector'] & object {
  // such a selector selects everything: an unset variable of a script would share the whole cluster
  if (text.trim() === '') throw new McsError('MCS_USAGE', `Cannot make policy "${name}": ${flag} selects nothing in particular`, { hints: [`${flag} tier=web`, `mcs export policy ${name} --all-services`] });
  try {
    return toObjectSelector(text);
  } catch (error) {
    throw new McsError('MCS_USAGE', `Cannot make policy "${name}": ${flag}: ${errorMessage(error)}`, { hints: [`${flag} tier=web`], cause: error });
  }
}

/** Throws MCS_USAGE. */
export function draftPolicy({ name, namespaces, namespaceSelector, selector }: ExportPolicyOptions): ServiceExportPolicy {
  if (!isDnsSubdomain(name)) throw new McsError('MCS_USAGE', `Cannot make policy "${name}": that is no name for an object`, { hints: ['mcs export policy web --namespaces shop'] });
  const wrong = namespaces?.find((namespace) => !isDnsLabel(namespace)) ?? (namespaces?.length === 0 ? '' : undefined);
  if (wrong !== undefined) throw new McsError('MCS_USAGE', `Cannot make policy "${name}": "${wrong}" is no name of a namespace`, { hints: ['kubectl get namespaces'] });
  return {
    apiVersion: apiVersionOf(resources.exportPolicies),
    kind: resources.exportPolicies.kind,
    metadata: { name, labels: { [MANAGED_BY]: MANAGED_BY_MCS } },
    spec: {
      ...(namespaces !== undefined && { namespaces: [...namespaces] }),
      ...(namespaceSelector !== undefined && { namespaceSelector: selectorOf(name, '--namespace-selector', namespaceSelector) }),
      ...(selector !== undefined && { serviceSelector: selectorOf(name, '--selector', selector) }),
    },
  };
}

/** The whole selection is what is asked for now; whoever made the policy, it says what a user wants. */
export async function ensurePolicy({ client, signal }: Pick<Context, 'client' | 'signal'>, draft: ServiceExportPolicy, standing: ServiceExportPolicy | undefined, dryRun: boolean): Promise<'created' | 'updated' | 'unchanged'> {
  const options = { fieldManager: FIELD_MANAGER, signal, dryRun };
  if (standing === undefined) {
    await client.create(resources.exportPolicies, draft, options);
    return 'created';
  }
  const [spec, found] = [draft.spec ?? {}, standing.spec ?? {}];
  if (isSubset(spec, found) && isSubset(found, spec)) return 'unchanged';
  const { name, uid, resourceVersion } = standing.metadata;
  const test = uid === undefined ? [] : [{ op: 'test', path: '/metadata/uid', value: uid }];
  const version = resourceVersion === undefined ? [] : [{ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion }];
  const patch = [...test, ...version, { op: 'add', path: '/spec', value: spec }];
  await client.patch(resources.exportPolicies, name, undefined, 'application/json-patch+json', patch, options);
  return 'updated';
}

/**
 * Makes or changes a policy by which the controller exports Services. Throws MCS_USAGE, and MCS_NOT_JOINED
 * where the cluster knows no such policies.
 */
export async function exportPolicy(given: Context, options: ExportPolicyOptions): Promise<ExportPolicyResult> {
  const context = withPatience(given);
  const { client, signal } = context;
  const draft = draftPolicy(options);
  const steps = new Steps(context);
  const { config, policies } = await steps.run('Check the policies', async () => ({ state: 'done', value: await requireMember(context, `export by policy "${options.name}"`) }));
  const standing = policies.find(({ metadata }) => metadata.name === options.name);
  await steps.do('Write the ServiceExportPolicy', async () => {
    const state = await ensurePolicy(context, draft, standing, options.dryRun);
    return { state: options.dryRun && state !== 'unchanged' ? 'planned' : state, detail: options.name };
  });
  const wanted = { ...draft, metadata: { ...standing?.metadata, ...draft.metadata } };
  const [preview] = policyRows('', { policies: [...policies.filter((policy) => policy !== standing), wanted], ...(await readSelectable(client, signal)) }, config).filter(({ policy }) => policy === options.name);
  return {
    name: options.name,
    selects: describeSelection(draft),
    preview: { exported: preview?.exported ?? [], pending: preview?.pending ?? [], skipped: preview?.skipped ?? [] },
    steps: steps.results,
    isUnchanged: steps.isUnchanged,
    ...(options.dryRun && { manifests: toYaml([{ ...draft }]) }),
  };
}
