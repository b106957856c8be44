import type { TaskResult } from '../../base/tasks.ts';
import { type DeployContext, withPatience } from '../deploy-context.ts';
import { dryRunOf } from '../dry-run.ts';
import { objectsOf, toYaml } from '../manifests.ts';
import type { Removal } from '../remove/delete-owned.ts';
import { Steps } from '../steps.ts';
import { removeEmptyNamespace } from './remove-namespaces.ts';
import { ensureSourceRights, issueSourceKubeconfig, planSource, removeSource, type SourceCredentialOptions } from './source-credential.ts';
import type { SourceAccount } from './source-manifests.ts';

export interface CreateCredentialOptions extends SourceCredentialOptions {
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export interface CredentialResult extends SourceAccount {
  readonly server: string;
  /** RFC 3339; absent in a dry run. */
  readonly expiresAt?: string;
  /** The kubeconfig itself; absent in a dry run. */
  readonly kubeconfig?: string;
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  /** YAML of everything that a dry run would have applied. */
  readonly manifests?: string;
}

/** Makes an account in this cluster that can read what mirrors need, and a kubeconfig for it. Throws MCS_FORBIDDEN and MCS_FOREIGN_OBJECT. */
export async function createMirrorCredential(given: DeployContext, options: CreateCredentialOptions): Promise<CredentialResult> {
  const context = withPatience(given);
  const steps = new Steps(context);
  const { account, namespace, server = context.client.server } = options;
  const groups = await planSource(context, options, steps, 'Check this cluster');
  if (options.dryRun) return { account, namespace, server, steps: steps.results, warnings: steps.warnings, manifests: toYaml(objectsOf(groups)) };
  await ensureSourceRights(context, options, groups, options, steps);
  const { kubeconfig, expiresAt } = await issueSourceKubeconfig(context, options, steps);
  return { account, namespace, server, expiresAt, kubeconfig, steps: steps.results, warnings: steps.warnings };
}

export interface RevokeCredentialResult extends SourceAccount {
  readonly steps: readonly TaskResult[];
  readonly isUnchanged: boolean;
  /** What a dry run would have written, in order. */
  readonly planned?: readonly string[];
}

const SETTLE_MS = 15_000;

/** Takes such an account away again, with its rights, and the namespace once nothing else is in it. */
export async function revokeMirrorCredential(given: DeployContext, options: SourceAccount & { readonly dryRun: boolean }): Promise<RevokeCredentialResult> {
  const { account, namespace, dryRun } = options;
  const { context, planned } = dryRun ? dryRunOf(withPatience(given)) : { context: withPatience(given) };
  const steps = new Steps(context);
  await steps.do(`Remove account ${namespace}/${account} and its rights`, ({ signal }) => removeSource(context, options, signal));
  const { client, clock } = context;
  const removal: Removal = { client, clock, isDryRun: dryRun, deadline: clock.monotonic() + SETTLE_MS, leftovers: [] };
  await steps.do(`Remove namespace ${namespace}`, ({ signal }) => removeEmptyNamespace(removal, namespace, [], signal));
  return { account, namespace, steps: steps.results, isUnchanged: steps.isUnchanged, ...(planned && { planned }) };
}
