import { apiVersionOf, resources } from '../../api/resources.ts';
import { CLUSTERSET_DOMAIN } from '../../api/names.ts';
import { MANAGED_BY, MANAGED_BY_MCS, PLACEMENT_POLICY } from '../../api/labels.ts';
import type { Condition, ServiceExport } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import type { TaskResult } from '../../base/tasks.ts';
import { isAlreadyExists, isNotFound } from '../../kube/api-error.ts';
import { formatPlacement, parsePlacement } from '../../sync/service/placement.ts';
import { type DeployContext, FIELD_MANAGER, type WaitFor, withPatience } from '../deploy-context.ts';
import { Steps } from '../steps.ts';
import { toYaml } from '../manifests.ts';
import { waitUntil } from '../wait-rollout.ts';

export interface ExportServiceOptions {
  readonly name: string;
  readonly namespace: string;
  /** `all`, `local` or `failover=a,b`; without it a standing ServiceExport keeps the policy that it has. */
  readonly policy?: string;
  readonly wait: WaitFor;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export interface ExportServiceResult {
  readonly name: string;
  readonly namespace: string;
  /** Under which clusters of the set resolve it. */
  readonly dnsName: string;
  /** Whether there is something to share already. */
  readonly serviceExists: boolean;
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly isUnchanged: boolean;
  readonly manifests?: string;
}

type ExportContext = Omit<DeployContext, 'templates' | 'version'>;

/** Throws MCS_NOT_JOINED where the cluster does not serve ServiceExports. */
async function findExport({ client, signal }: ExportContext, { name, namespace }: ExportServiceOptions): Promise<ServiceExport | undefined> {
  const { items } = await client.list(resources.serviceExports, { namespace, signal }).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
    throw new McsError('MCS_NOT_JOINED', `Cannot export service "${namespace}/${name}": this cluster is not a member`, { hints: ['mcs join broker-info.subm'], cause: error });
  });
  return items.find(({ metadata }) => metadata.name === name);
}

/** Throws MCS_USAGE. */
function policyOf({ name, namespace, policy }: ExportServiceOptions): string | undefined {
  if (policy === undefined) return undefined;
  const parsed = parsePlacement(policy);
  if (parsed !== undefined) return formatPlacement(parsed);
  throw new McsError('MCS_USAGE', `Cannot export service "${namespace}/${name}": "${policy}" is no placement policy`, {
    hints: ['--policy all', '--policy local', '--policy failover=east,west'],
  });
}

/** Whether the Service is there; throws MCS_NAMESPACE_NOT_FOUND and MCS_SERVICE_NOT_EXPORTABLE. */
async function checkService({ client, signal }: ExportContext, { name, namespace }: ExportServiceOptions): Promise<boolean> {
  const [service, parent] = await Promise.all([
    client.find(resources.services, name, namespace, { signal }),
    client.find(resources.namespaces, namespace, undefined, { signal }),
  ]);
  if (parent === undefined) {
    throw new McsError('MCS_NAMESPACE_NOT_FOUND', `Cannot export service "${namespace}/${name}": there is no namespace "${namespace}"`, { hints: [`kubectl create namespace ${namespace}`] });
  }
  if (service?.spec.type !== 'ExternalName') return service !== undefined;
  throw new McsError('MCS_SERVICE_NOT_EXPORTABLE', `Cannot export service "${namespace}/${name}": it is of type ExternalName, which has no endpoints to share`, {
    hints: [`Create the same ExternalName Service in the other clusters (externalName: ${service.spec.externalName ?? ''})`],
  });
}

/** A standing ServiceExport keeps its policy where none is asked for. */
function draft(options: ExportServiceOptions, existing?: ServiceExport): ServiceExport {
  const { serviceExports } = resources;
  const { name, namespace } = options;
  const policy = policyOf(options) ?? existing?.metadata.annotations?.[PLACEMENT_POLICY] ?? 'all';
  const annotations = policy === 'all' ? undefined : { [PLACEMENT_POLICY]: policy };
  return {
    apiVersion: apiVersionOf(serviceExports),
    kind: serviceExports.kind,
    metadata: { name, namespace, labels: { [MANAGED_BY]: MANAGED_BY_MCS }, ...(annotations && { annotations }) },
  };
}

/** Whoever made a ServiceExport, it says what is wanted; only the policy is changed where one is asked for. */
async function ensurePolicy({ client, signal }: ExportContext, options: ExportServiceOptions, { metadata }: ServiceExport): Promise<'updated' | 'unchanged'> {
  const policy = policyOf(options);
  if (policy === undefined || policy === (metadata.annotations?.[PLACEMENT_POLICY] ?? 'all')) return 'unchanged';
  const annotations = { [PLACEMENT_POLICY]: policy === 'all' ? null : policy };
  const patch = { metadata: { ...(metadata.uid !== undefined && { uid: metadata.uid }), annotations } };
  await client.patch(resources.serviceExports, options.name, options.namespace, 'application/merge-patch+json', patch, { fieldManager: FIELD_MANAGER, signal, dryRun: options.dryRun });
  return 'updated';
}

async function ensureExport(context: ExportContext, options: ExportServiceOptions, existing: ServiceExport | undefined): Promise<'created' | 'updated' | 'unchanged'> {
  const { client, signal } = context;
  if (existing !== undefined) return ensurePolicy(context, options, existing);
  try {
    await client.create(resources.serviceExports, draft(options), { fieldManager: FIELD_MANAGER, signal, dryRun: options.dryRun });
    return 'created';
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    return ensurePolicy(context, options, await client.get(resources.serviceExports, options.name, options.namespace, { signal }));
  }
}

function conditionOf(serviceExport: ServiceExport | undefined, type: string): Condition | undefined {
  return serviceExport?.status?.conditions?.find((condition) => condition.type === type);
}

/** Which condition `--wait` awaits. */
const AWAITED: Readonly<Record<WaitFor, string | undefined>> = { none: undefined, configured: 'Valid', ready: 'Ready' };

async function waitForExport(context: ExportContext, options: ExportServiceOptions, steps: Steps): Promise<void> {
  const type = AWAITED[options.wait];
  if (type === undefined) return;
  const { client, clock } = context;
  const { name, namespace, timeoutMs } = options;
  await steps.do(`Wait until the export is ${type.toLowerCase()}`, async (progress) => {
    const findLack = async (signal: AbortSignal): Promise<string | undefined> => {
      const condition = conditionOf(await client.find(resources.serviceExports, name, namespace, { signal }), type);
      if (condition?.status === 'True') return undefined;
      return condition === undefined ? `ServiceExport has no condition ${type} yet` : `${type} is ${condition.status}: ${condition.reason}: ${condition.message}`;
    };
    await waitUntil(`export service "${namespace}/${name}"`, findLack, { clock, timeoutMs }, progress, [`kubectl -n ${namespace} describe serviceexport ${name}`, 'mcs diagnose service-discovery']);
    return { state: 'done' };
  });
}

/**
 * Shares a Service with the clusterset by a ServiceExport of its name; one that is not there (yet) is
 * a warning. Throws MCS_USAGE, MCS_NOT_JOINED, MCS_NAMESPACE_NOT_FOUND, MCS_SERVICE_NOT_EXPORTABLE,
 * and MCS_TIMEOUT where waiting was asked for.
 */
export async function exportService(given: ExportContext, options: ExportServiceOptions): Promise<ExportServiceResult> {
  const context = withPatience(given);
  const { name, namespace } = options;
  policyOf(options);
  const steps = new Steps(context);
  const { existing, serviceExists } = await steps.run('Check the service', async () => {
    const [found, isThere] = await Promise.all([findExport(context, options), checkService(context, options)]);
    const value = { existing: found, serviceExists: isThere };
    if (isThere) return { state: 'done', value };
    return { state: 'warning', detail: `There is no Service "${namespace}/${name}" yet; the export takes effect when there is`, value };
  });
  await steps.do('Create the ServiceExport', async () => {
    const state = await ensureExport(context, options, existing);
    return { state: options.dryRun && state !== 'unchanged' ? 'planned' : state, detail: `${namespace}/${name}` };
  });
  if (!options.dryRun) await waitForExport(context, options, steps);
  return {
    name,
    namespace,
    dnsName: `${name}.${namespace}.svc.${CLUSTERSET_DOMAIN}`,
    serviceExists,
    steps: steps.results,
    warnings: steps.warnings,
    isUnchanged: steps.isUnchanged,
    ...(options.dryRun && { manifests: toYaml([{ ...draft(options, existing) }]) }),
  };
}
