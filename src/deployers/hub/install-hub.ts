import { HUB_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { TaskResult } from '../../base/tasks.ts';
import { findMissingAccess, questionsAbout, validateAccess } from '../../discovery/missing-access.ts';
import type { AccessQuestion } from '../../kube/client.ts';
import { checkCrds } from '../check-crds.ts';
import { type DeployContext, type WaitFor, withPatience } from '../deploy-context.ts';
import { ensureGroup } from '../ensure-group.ts';
import type { ImageOptions } from '../images.ts';
import { type ManifestGroup, objectsOf, toYaml } from '../manifests.ts';
import { mergeImages, partOf, validateNoDowngrade } from '../standing-part.ts';
import { Steps } from '../steps.ts';
import { waitForRollout } from '../wait-rollout.ts';
import { HUB, renderHub } from './render.ts';
import { readStandingHub } from './standing-hub.ts';

export interface InstallHubOptions {
  readonly images: ImageOptions;
  readonly wait: WaitFor;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export interface InstallHubResult {
  readonly hubID: string;
  readonly namespace: string;
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly isUnchanged: boolean;
  /** YAML of everything that a dry run would have applied. */
  readonly manifests?: string;
}

const WRITE = ['get', 'create', 'patch'] as const;

/** What the user of `hub install` needs. */
function installQuestions(): AccessQuestion[] {
  const namespaced = [resources.serviceAccounts, resources.roles, resources.roleBindings, resources.deployments];
  return [
    ...[resources.namespaces, resources.customResourceDefinitions].flatMap((resource) => questionsAbout(resource, WRITE)),
    ...namespaced.flatMap((resource) => questionsAbout(resource, WRITE, HUB_NAMESPACE)),
  ];
}

async function planHub({ client, templates, version }: DeployContext, { images }: InstallHubOptions, steps: Steps): Promise<{ readonly hubID: string; readonly groups: readonly ManifestGroup[] }> {
  const plan = await steps.run('Check this cluster', async ({ signal }) => {
    validateAccess(await findMissingAccess(client, installQuestions(), signal), 'install a hub', client.server);
    const { hubID, deployment } = await readStandingHub(client, signal);
    const part = deployment && partOf(deployment);
    if (part) validateNoDowngrade('hub in this cluster', part, version);
    const groups = await renderHub(templates, { version, hubID, images: mergeImages(images, part?.images ?? {}) });
    return { state: 'done', detail: `${hubID} at ${client.server}`, value: { hubID, groups } };
  });
  await steps.do('Check CustomResourceDefinitions', ({ signal }) => checkCrds(client, plan.groups, signal));
  return plan;
}

/** Installs a hub, or changes the one that stands. Throws MCS_FORBIDDEN, MCS_DOWNGRADE, MCS_FOREIGN_OBJECT and MCS_TIMEOUT. */
export async function installHub(given: DeployContext, options: InstallHubOptions): Promise<InstallHubResult> {
  const context = withPatience(given);
  const { client, clock } = context;
  const steps = new Steps(context);
  const { hubID, groups } = await planHub(context, options, steps);
  const deadline = { clock, timeoutMs: options.timeoutMs };
  if (!options.dryRun) {
    for (const { title, objects } of groups) await steps.do(`Install ${title}`, (progress) => ensureGroup(client, objects, deadline, progress));
    if (options.wait === 'ready') {
      await steps.do('Wait for the hub', async (progress) => {
        await waitForRollout(client, [HUB], HUB_NAMESPACE, deadline, progress);
        return { state: 'done', detail: 'ready' };
      });
    }
  }
  return { hubID, namespace: HUB_NAMESPACE, steps: steps.results, warnings: steps.warnings, isUnchanged: steps.isUnchanged, ...(options.dryRun && { manifests: toYaml(objectsOf(groups)) }) };
}
