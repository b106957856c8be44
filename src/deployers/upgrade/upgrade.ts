import { type FleetContext, withPatientFleet } from '../deploy-context.ts';
import { checkCrds } from '../check-crds.ts';
import { ensureGroup } from '../ensure-group.ts';
import { waitForIsolation } from '../broker/wait-isolation.ts';
import { ADMISSION_POLICIES, objectsOf, toYaml } from '../manifests.ts';
import { Steps, type StepOutcome } from '../steps.ts';
import { findPublished } from '../token/published-broker.ts';
import { prepareGateway } from '../gateway/settle-gateway.ts';
import { waitForDaemonSet } from '../gateway/wait-daemon-set.ts';
import { waitForRollout } from '../wait-rollout.ts';
import type { UpgradeOptions, UpgradeResult } from './options.ts';
import { type PlannedPart, planParts, readStanding } from './plan-upgrade.ts';

function describePlan(parts: readonly PlannedPart[]): string {
  return parts.map(({ part, from, to, changes }) => `${part} ${from === to ? to : `${from || 'unknown'} to ${to}`}: ${changes.length === 0 ? 'nothing to change' : `${changes.length} to change`}`).join('; ');
}

async function planUpgrade(context: FleetContext, options: UpgradeOptions, steps: Steps): Promise<readonly PlannedPart[]> {
  const standing = await steps.run('Check this cluster', async ({ signal }) => {
    const value = await readStanding(context, options, signal);
    return { state: 'done', detail: `Kubernetes ${value.facts.kubernetesVersion} at ${context.client.server}`, value };
  });
  const parts = await steps.run('Plan the upgrade', async (progress): Promise<StepOutcome<PlannedPart[]>> => {
    const value = await planParts(context, options, standing, progress);
    const kept = [...new Set(value.flatMap(({ keptImages }) => keptImages))];
    if (kept.length === 0) return { state: 'done', detail: describePlan(value), value };
    return { state: 'warning', detail: `${describePlan(value)}. Overridden images stay: ${kept.join(', ')}; --image-override replaces them`, value };
  });
  await steps.do('Check CustomResourceDefinitions', ({ signal }) => checkCrds(context.client, parts.flatMap(({ groups }) => groups), signal));
  return parts;
}

/** Roles that widen what members may do come after the policies that narrow it, and those must count before. */
async function proveIsolation(context: FleetContext, { brokerNamespace, timeoutMs }: UpgradeOptions, steps: Steps): Promise<void> {
  await steps.do('Wait for the admission policies', async (progress) => {
    const published = await findPublished(context.client, brokerNamespace, progress.signal);
    if (published === undefined) return { state: 'warning', detail: 'Not proven that the admission policies are in force: the address of the broker is not published. Run mcs deploy-broker' };
    return waitForIsolation(context, published, brokerNamespace, { clock: context.clock, timeoutMs }, progress);
  });
}

/** Brings one part to its planned state, group by group. */
export async function upgradePart(context: FleetContext, options: UpgradeOptions, { part, groups, deployments, daemonSets, namespace, config }: PlannedPart, steps: Steps): Promise<void> {
  const { client, clock } = context;
  const deadline = { clock, timeoutMs: options.timeoutMs };
  if (config !== undefined) await prepareGateway(context, config, steps);
  for (const { title, objects } of groups) {
    await steps.do(`Upgrade ${title} of the ${part}`, (progress) => ensureGroup(client, objects, deadline, progress));
    // also where nothing was written: a run that was cut may have written them and proven nothing
    if (title === ADMISSION_POLICIES) await proveIsolation(context, options, steps);
  }
  if (options.wait === 'none') return;
  await steps.do(`Wait for ${[...deployments, ...daemonSets].join(' and ')}`, async (progress) => {
    await waitForRollout(client, deployments, namespace, deadline, progress);
    for (const name of daemonSets) await waitForDaemonSet(client, name, namespace, deadline, progress);
    return { state: 'done', detail: 'ready' };
  });
}

/**
 * Brings what is installed in the cluster to the version of this package, in place and with the
 * settings of the last join: the broker first, each part in the order CRDs, roles, configuration,
 * programs. Everything is planned before the first write. Throws MCS_NOT_JOINED where there is
 * nothing, MCS_DOWNGRADE where a later version stands, the errors of the preflight and MCS_TIMEOUT.
 */
export async function upgrade(given: FleetContext, options: UpgradeOptions): Promise<UpgradeResult> {
  const context = withPatientFleet(given);
  const steps = new Steps(context);
  const planned = await planUpgrade(context, options, steps);
  const isUnchanged = planned.every(({ changes }) => changes.length === 0);
  if (!options.dryRun) for (const part of planned) await upgradePart(context, options, part, steps);
  return {
    parts: planned.map(({ part, from, to, changes }) => ({ part, from, to, changes })),
    steps: steps.results,
    warnings: steps.warnings,
    isUnchanged,
    ...(options.dryRun && { manifests: toYaml(planned.flatMap(({ groups }) => objectsOf(groups))) }),
  };
}
