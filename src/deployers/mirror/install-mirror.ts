import { MIRROR_NAME } from '../../api/labels.ts';
import type { MirrorDocument } from '../../mirror/config/mirror-document.ts';
import { type FleetContext, patientPlace, withPatientFleet } from '../deploy-context.ts';
import { ensureGroup } from '../ensure-group.ts';
import { objectsOf, toYaml } from '../manifests.ts';
import { Steps } from '../steps.ts';
import { waitForRollout } from '../wait-rollout.ts';
import { ensureSecret } from './ensure-secret.ts';
import { mergeFiles, type PreparedSource, referencedFiles } from './merge-documents.ts';
import { mirrorObjectName } from '../../mirror/settings.ts';
import { type InstallMirrorOptions, type InstallMirrorResult, REMOVAL_NOTE } from './options.ts';
import { type InstallPlan, type PlannedCredential, planInstall } from './plan-install.ts';
import { kubeconfigKey, preparedKubeconfig } from './prepare-source.ts';
import { revocationHints } from './revocation-hints.ts';
import { ensureSourceRights, issueSourceKubeconfig } from './source-credential.ts';
import { findGoodKubeconfig } from './standing-credential.ts';
import { filesOf } from './standing-mirror.ts';
import { waitForSources } from './wait-sources.ts';

async function makeCredential(context: FleetContext, options: InstallMirrorOptions, credential: PlannedCredential, { standing }: InstallPlan, steps: Steps): Promise<PreparedSource> {
  const { source, account, groups, credentialOptions } = credential;
  const there = { ...context, client: source.client };
  const suffix = ` in ${source.name}`;
  await ensureSourceRights(there, account, groups, { timeoutMs: options.timeoutMs, suffix }, steps);
  const good = await findGoodKubeconfig(context, credential, standing.files[kubeconfigKey(source.name)]);
  const kubeconfig = good ?? (await issueSourceKubeconfig(there, credentialOptions, steps, suffix)).kubeconfig;
  return preparedKubeconfig(source.name, kubeconfig, options.choices);
}

/** The Secret stands before the ConfigMap that names its keys, and both before what reads them. */
async function installObjects(context: FleetContext, options: InstallMirrorOptions, plan: InstallPlan, sources: readonly PreparedSource[], steps: Steps): Promise<void> {
  const { client, clock, version } = context;
  const { name, namespace, timeoutMs } = options;
  const draft = { name: mirrorObjectName(name), namespace, labels: { [MIRROR_NAME]: name }, version };
  const [place, rights, ...rest] = plan.groups;
  const install = async (group: InstallPlan['groups'][number] | undefined): Promise<void> => {
    if (group !== undefined) await steps.do(`Install ${group.title}`, (progress) => ensureGroup(client, group.objects, { clock, timeoutMs }, progress));
  };
  await install(place);
  await install(rights);
  await steps.do('Keep the credentials of the sources', ({ signal }) => ensureSecret(client, draft, (secret) => mergeFiles(plan.document, secret === undefined ? {} : filesOf(secret), sources), signal));
  for (const group of rest) await install(group);
}

async function waitForMirror({ client, clock }: FleetContext, { wait, name, namespace, timeoutMs }: InstallMirrorOptions, { document }: InstallPlan, steps: Steps): Promise<void> {
  if (wait !== 'ready') return;
  const deadline = { clock, timeoutMs };
  await steps.do('Wait for the mirror', async (progress) => {
    await waitForRollout(client, [mirrorObjectName(name)], namespace, deadline, progress);
    return { state: 'done', detail: 'ready' };
  });
  await steps.do('Wait for its sources', (progress) => waitForSources(client, { name, namespace }, document.sources.map((source) => source.name), deadline, progress));
}

function secretYaml({ name, namespace }: InstallMirrorOptions, document: MirrorDocument): string {
  return `# Not shown: Secret ${namespace}/${mirrorObjectName(name)} with the keys ${referencedFiles(document.sources).join(', ')}\n`;
}

function dryRunYaml(options: InstallMirrorOptions, { groups, credentials, document }: InstallPlan): string {
  const inSources = credentials.map((credential) => `# In source "${credential.source.name}" (context "${credential.source.context}"):\n${toYaml(objectsOf(credential.groups))}---\n`);
  return `${inSources.join('')}${secretYaml(options, document)}${toYaml(objectsOf(groups))}`;
}

/**
 * Installs a mirror, or changes one: sources that are given are added or changed, the others stay.
 * Everything is checked before anything is written. Throws MCS_FORBIDDEN, MCS_FOREIGN_OBJECT,
 * MCS_MIRROR_CONFIG_INVALID, MCS_MIRROR_SAME_CLUSTER, MCS_USAGE and MCS_TIMEOUT.
 */
export async function installMirror(given: FleetContext, asked: InstallMirrorOptions): Promise<InstallMirrorResult> {
  const context = withPatientFleet(given);
  const options = { ...asked, from: asked.from.map((source) => patientPlace(source, given.clock)) };
  const steps = new Steps(context);
  const plan = await planInstall(context, options, steps);
  if (!options.dryRun) {
    const made: PreparedSource[] = [];
    for (const credential of plan.credentials) made.push(await makeCredential(context, options, credential, plan, steps));
    await installObjects(context, options, plan, [...made, ...options.sources], steps);
    await waitForMirror(context, options, plan, steps);
  }
  return resultOf(options, plan, steps);
}

/** What a person has to know besides: a right that is wider than it looks, and accounts that nothing uses any more. */
function notesOf({ general }: InstallMirrorOptions, { standing }: InstallPlan, removed: readonly string[]): readonly string[] {
  const orphaned = revocationHints(Object.fromEntries(removed.flatMap((name) => Object.entries(standing.files).filter(([key]) => key === kubeconfigKey(name)))));
  return [
    ...(general.removeNamespaces === true ? [REMOVAL_NOTE] : []),
    ...orphaned.map((command) => `A source is no longer mirrored; this takes its account away: ${command}`),
  ];
}

function resultOf(options: InstallMirrorOptions, plan: InstallPlan, steps: Steps): InstallMirrorResult {
  const given = new Set([...options.from.map(({ name }) => name), ...options.sources.map(({ document }) => document.name)]);
  const names = plan.document.sources.map(({ name }) => name);
  const removedSources = (plan.standing.document?.sources ?? []).map(({ name }) => name).filter((name) => !names.includes(name));
  return {
    name: options.name,
    namespace: options.namespace,
    sources: plan.sources,
    keptSources: names.filter((name) => !given.has(name)),
    removedSources,
    steps: steps.results,
    warnings: steps.warnings,
    isUnchanged: steps.isUnchanged,
    notes: notesOf(options, plan, removedSources),
    ...(options.dryRun && { manifests: dryRunYaml(options, plan) }),
  };
}
