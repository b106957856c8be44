import { createHash } from 'node:crypto';
import { resources } from '../../api/resources.ts';
import { McsError } from '../../base/errors.ts';
import type { TaskProgress } from '../../base/tasks.ts';
import { stringify } from '../../base/yaml.ts';
import { findMissingAccess, questionsAbout, validateAccess } from '../../discovery/missing-access.ts';
import type { AccessQuestion, KubeClient } from '../../kube/client.ts';
import type { MirrorDocument } from '../../mirror/config/mirror-document.ts';
import { parseMirrorFile } from '../../mirror/config/parse-mirror-file.ts';
import { sourceAccess } from '../../mirror/connect-source.ts';
import type { MirrorSettings } from '../../mirror/settings.ts';
import type { DeployContext } from '../deploy-context.ts';
import { planChanges } from '../ensure-group.ts';
import { type ManifestGroup, objectsOf } from '../manifests.ts';
import { mergeImages, validateNoDowngrade } from '../standing-part.ts';
import type { Steps } from '../steps.ts';
import { kubeconfigText } from './kubeconfig-text.ts';
import { mergeDocuments, mergeFiles, type PreparedSource } from './merge-documents.ts';
import { renderMirror } from './mirror-manifests.ts';
import { ruleSettings } from './mirror-rules.ts';
import type { InstalledSource, InstallMirrorOptions, SourceContext } from './options.ts';
import { preparedKubeconfig } from './prepare-source.ts';
import { planSource, type SourceCredentialOptions } from './source-credential.ts';
import type { SourceAccount } from './source-manifests.ts';
import { readStandingMirror, type StandingMirror } from './standing-mirror.ts';

export interface PlannedCredential {
  readonly source: SourceContext;
  readonly account: SourceAccount;
  readonly credentialOptions: SourceCredentialOptions;
  readonly groups: readonly ManifestGroup[];
}

export interface InstallPlan {
  readonly standing: StandingMirror;
  readonly document: MirrorDocument;
  readonly groups: readonly ManifestGroup[];
  readonly credentials: readonly PlannedCredential[];
  readonly sources: readonly InstalledSource[];
}

const WRITE = ['get', 'create', 'patch'] as const;

/** What the user of `mcs mirror install` needs in the target. */
export function installQuestions(namespace: string): AccessQuestion[] {
  const namespaced = [resources.configMaps, resources.serviceAccounts, resources.roles, resources.roleBindings, resources.deployments];
  return [
    ...[resources.namespaces, resources.clusterRoles, resources.clusterRoleBindings].flatMap((resource) => questionsAbout(resource, WRITE)),
    ...namespaced.flatMap((resource) => questionsAbout(resource, WRITE, namespace)),
    ...questionsAbout(resources.secrets, ['get', 'create', 'update'], namespace),
    ...questionsAbout(resources.pods, ['list'], namespace),
  ];
}

async function clusterUid(client: KubeClient, signal: AbortSignal): Promise<string> {
  return (await client.get(resources.namespaces, 'kube-system', undefined, { signal })).metadata.uid ?? '';
}

/** The same target and installation always get the same account in a source, another one never the same. */
export function accountFor(targetUid: string, { name, namespace }: Pick<InstallMirrorOptions, 'name' | 'namespace'>): string {
  return `mirror-${createHash('sha256').update(`${targetUid}/${namespace}/${name}`).digest('hex').slice(0, 10)}`;
}

/** Stands for a credential that is made later, so that all else can be checked before anything is written. */
function placeholder({ name, context, client, server = client.server }: SourceContext, options: InstallMirrorOptions): PreparedSource {
  return preparedKubeconfig(name, kubeconfigText({ name: context, user: 'mirror', server, ca: '', token: 'made-later' }), options.choices);
}

function serverOf({ name, access }: MirrorSettings['sources'][number]): InstalledSource {
  return { name, server: sourceAccess(access, name, {}).server };
}

interface Target {
  readonly standing: StandingMirror;
  /** Of its namespace kube-system. */
  readonly uid: string;
}

async function planCredential(context: DeployContext, source: SourceContext, { standing, uid: targetUid }: Target, options: InstallMirrorOptions, steps: Steps): Promise<PlannedCredential> {
  const { namespace, choices, credentialSeconds: lifeSeconds } = options;
  const account = { account: accountFor(targetUid, options), namespace };
  const there = { ...context, client: source.client };
  if ((await clusterUid(source.client, context.signal)) === targetUid) {
    throw new McsError('MCS_MIRROR_SAME_CLUSTER', `Cannot mirror from context "${source.context}": it leads to the cluster that is mirrored to`, { hints: ['--from <context of another cluster> --context <context of the target>'] });
  }
  // what is not said of a source stays as it was, and so do its rights
  const namespaces = choices.namespaces ?? standing.document?.sources.find(({ name }) => name === source.name)?.namespaces;
  const { context: contextName, access, server } = source;
  const credentialOptions = { ...account, contextName, access, lifeSeconds, ...(server !== undefined && { server }), ...(namespaces && { namespaces }) };
  const groups = await planSource(there, credentialOptions, steps, `Check source ${source.name}`);
  return { source, account, credentialOptions, groups };
}

async function readTarget({ client, version }: DeployContext, options: InstallMirrorOptions, { signal }: TaskProgress): Promise<Target> {
  validateAccess(await findMissingAccess(client, installQuestions(options.namespace), signal), 'install a mirror', client.server);
  const standing = await readStandingMirror(client, options, signal);
  if (standing.part) validateNoDowngrade(`mirror "${options.name}"`, standing.part, version);
  return { standing, uid: await clusterUid(client, signal) };
}

function requireSources(document: MirrorDocument): void {
  if (document.sources.length > 0) return;
  throw new McsError('MCS_USAGE', 'Cannot install a mirror: no source is given', { hints: ['--from west', '--source west=west.kubeconfig', '--source-url north=https://10.0.0.1:6443 --ca-file ca.pem --token-file token', '--config mirror.yaml'] });
}

/** Reads and checks everything; throws what is wrong before anything is written anywhere. */
export async function planInstall(context: DeployContext, options: InstallMirrorOptions, steps: Steps): Promise<InstallPlan> {
  const { client, clock, templates, version } = context;
  const target = await steps.run('Check the target', async (progress) => {
    const value = await readTarget(context, options, progress);
    return { state: 'done', detail: client.server, value };
  });
  const credentials: PlannedCredential[] = [];
  for (const source of options.from) credentials.push(await planCredential(context, source, target, options, steps));
  const { standing } = target;
  const given = [...options.from.map((source) => placeholder(source, options)), ...options.sources];
  const document = mergeDocuments(standing.document, { ...options, sources: given });
  requireSources(document);
  const text = stringify(document, { lineWidth: 0 });
  const files = mergeFiles(document, standing.files, given);
  const settings = parseMirrorFile(text, (path) => files[path] ?? missingFile(path), options);
  const groups = await renderMirror(templates, { ...options, version, images: mergeImages(options.images, standing.part?.images ?? {}), document: text, rules: ruleSettings(settings) });
  await steps.do('Check that nothing is in the way', async (progress) => {
    const changes = await planChanges(client, objectsOf(groups), { clock, timeoutMs: options.timeoutMs }, progress);
    return { state: 'done', detail: changes.length === 0 ? 'all stands as it should' : `${changes.length} objects to write` };
  });
  return { standing, document, groups, credentials, sources: settings.sources.map(serverOf) };
}

function missingFile(path: string): never {
  throw new Error(`the Secret has no key "${path}"`);
}
