import { type ClusterLocalKey, formatNamespaceChoice, type NamespaceChoice, readClusterLocal } from '../../api/cluster-local.ts';
import { MANAGED_BY, MANAGED_BY_MCS } from '../../api/labels.ts';
import { isDnsLabel, MEMBER_CLUSTER_LOCAL, MEMBER_NAMESPACE } from '../../api/names.ts';
import { apiVersionOf, resources } from '../../api/resources.ts';
import type { ConfigMap } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import type { TaskResult } from '../../base/tasks.ts';
import { isAlreadyExists, isConflict } from '../../kube/api-error.ts';
import { type DeployContext, FIELD_MANAGER, withPatience } from '../deploy-context.ts';
import { toYaml } from '../manifests.ts';
import { requireMemberConfig } from '../services/require-member.ts';
import { Steps } from '../steps.ts';

/** Namespaces that are meant; `*` for all of them. */
export type NamedNamespaces = '*' | readonly string[];

export interface ChangeClusterLocalOptions {
  readonly key: ClusterLocalKey;
  readonly change: 'enable' | 'disable';
  readonly namespaces: NamedNamespaces;
  readonly dryRun: boolean;
}

export interface ChangeClusterLocalResult {
  readonly key: ClusterLocalKey;
  /** Namespaces, or `*`; empty where it is off. */
  readonly before: string;
  readonly after: string;
  readonly steps: readonly TaskResult[];
  readonly isUnchanged: boolean;
  readonly manifests?: string;
}

type Context = Omit<DeployContext, 'templates' | 'version'>;

/** What stands after the change. Throws MCS_USAGE where single namespaces are to be taken out of all. */
export function changedChoice(standing: NamespaceChoice, { key, change, namespaces }: Pick<ChangeClusterLocalOptions, 'key' | 'change' | 'namespaces'>): NamespaceChoice {
  if (namespaces === '*') return change === 'enable' ? '*' : new Set();
  const wrong = namespaces.find((name) => !isDnsLabel(name)) ?? (namespaces.length === 0 ? '' : undefined);
  if (wrong !== undefined) throw new McsError('MCS_USAGE', `Cannot ${change} ${key}: "${wrong}" is no name of a namespace`, { hints: ['kubectl get namespaces'] });
  if (standing === '*') {
    if (change === 'enable') return '*';
    throw new McsError('MCS_USAGE', `Cannot disable ${key} of single namespaces: it is enabled for all of them`, { hints: [`mcs ${key} disable`, `mcs ${key} enable --namespaces ...   # then, for those that shall have it`] });
  }
  return new Set(change === 'enable' ? [...standing, ...namespaces] : [...standing].filter((name) => !namespaces.includes(name)));
}

function draftOf(key: ClusterLocalKey, text: string | undefined, standing: ConfigMap | undefined): ConfigMap {
  const { [key]: _replaced, ...others } = standing?.data ?? {};
  const metadata = { name: MEMBER_CLUSTER_LOCAL, namespace: MEMBER_NAMESPACE, labels: { [MANAGED_BY]: MANAGED_BY_MCS } };
  return { apiVersion: apiVersionOf(resources.configMaps), kind: resources.configMaps.kind, metadata, data: { ...others, ...(text !== undefined && { [key]: text }) } };
}

/** Changes the one key; of the state that was looked at only. */
async function write({ client, signal }: Context, key: ClusterLocalKey, text: string | undefined, standing: ConfigMap | undefined, dryRun: boolean): Promise<'created' | 'updated'> {
  const options = { fieldManager: FIELD_MANAGER, signal, dryRun };
  if (standing === undefined) {
    await client.create(resources.configMaps, draftOf(key, text, standing), options);
    return 'created';
  }
  const { uid, resourceVersion } = standing.metadata;
  const metadata = { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
  await client.patch(resources.configMaps, MEMBER_CLUSTER_LOCAL, MEMBER_NAMESPACE, 'application/merge-patch+json', { metadata, data: { [key]: text ?? null } }, options);
  return 'updated';
}

const TRIES = 3;

/** Turns fallthrough or reflection on or off for namespaces. Throws MCS_NOT_JOINED and MCS_USAGE. */
export async function changeClusterLocal(given: Context, options: ChangeClusterLocalOptions): Promise<ChangeClusterLocalResult> {
  const context = withPatience(given);
  const { client, signal } = context;
  const { key, dryRun } = options;
  const steps = new Steps(context);
  await steps.do('Check the member', async () => {
    await requireMemberConfig(context, `${options.change} ${key}`);
    return { state: 'done' };
  });
  const result = await steps.run(`Write ConfigMap ${MEMBER_CLUSTER_LOCAL}`, async () => {
    for (let attempt = 1; ; attempt += 1) {
      const standing = await client.find(resources.configMaps, MEMBER_CLUSTER_LOCAL, MEMBER_NAMESPACE, { signal });
      const before = formatNamespaceChoice(readClusterLocal(standing)[key]);
      const after = formatNamespaceChoice(changedChoice(readClusterLocal(standing)[key], options));
      const value = { before: before ?? '', after: after ?? '', draft: draftOf(key, after, standing) };
      if (before === after) return { state: 'unchanged', detail: after ?? 'off', value };
      try {
        const state = await write(context, key, after, standing, dryRun);
        return { state: dryRun ? 'planned' : state, detail: after ?? 'off', value };
      } catch (error) {
        if (attempt === TRIES || !(isConflict(error) || isAlreadyExists(error))) throw error; // changed since it was read
      }
    }
  });
  const { draft, ...choices } = result;
  return { key, ...choices, steps: steps.results, isUnchanged: steps.isUnchanged, ...(dryRun && { manifests: toYaml([{ ...draft }]) }) };
}
