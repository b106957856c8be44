import { apiVersionOf, resources } from '../../api/resources.ts';
import { CLUSTERSET_DOMAIN } from '../../api/names.ts';
import { MANAGED_BY, MANAGED_BY_MCS } from '../../api/labels.ts';
import type { Condition, ServiceExport } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import type { TaskResult } from '../../base/tasks.ts';
import { isAlreadyExists, isNotFound } from '../../kube/api-error.ts';
import { type DeployContext, FIELD_MANAGER, type WaitFor, withPatience } from '../deploy-context.ts';
import { Steps } from '../steps.ts';
import { toYaml } from '../manifests.ts';
import { waitUntil } from '../wait-rollout.ts';

export interface ExportServiceOptions {
  readonly name: string;
  readonly namespace: string;
  readonly wait: WaitFor;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export interface ExportServiceResult {
  readonly name: string;
  readonly namespace: string;
  /** Under which clusters of the set resolve it. */
  readonly dnsName: string;
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

/** Throws MCS_NAMESPACE_NOT_FOUND and MCS_SERVICE_NOT_EXPORTABLE; a Service that is not there (yet) is a warning. */
async function checkService({ client, signal }: ExportContext, { name, namespace }: ExportServiceOptions): Promise<string | undefined> {
  const [service, parent] = await Promise.all([
    client.find(resources.services, name, namespace, { signal }),
    client.find(resources.namespaces, namespace, undefined, { signal }),
  ]);
  if (parent === undefined) {
    throw new McsError('MCS_NAMESPACE_NOT_FOUND', `Cannot export service "${namespace}/${name}": there is no namespace "${namespace}"`, { hints: [`kubectl create namespace ${namespace}`] });
  }
  if (service === undefined) return `There is no Service "${namespace}/${name}" yet; the export takes effect when there is`;
  if (service.spec.type !== 'ExternalName') return undefined;
  throw new McsError('MCS_SERVICE_NOT_EXPORTABLE', `Cannot export service "${namespace}/${name}": it is of type ExternalName, which has no endpoints to share`, {
    hints: [`Create the same ExternalName Service in the other clusters (externalName: ${service.spec.externalName ?? ''})`],
  });
}

function draft({ name, namespace }: ExportServiceOptions): ServiceExport {
  const { serviceExports } = resources;
  return { apiVersion: apiVersionOf(serviceExports), kind: serviceExports.kind, metadata: { name, namespace, labels: { [MANAGED_BY]: MANAGED_BY_MCS } } };
}

async function ensureExport({ client, signal }: ExportContext, options: ExportServiceOptions, existing: ServiceExport | undefined): Promise<'created' | 'unchanged'> {
  if (existing !== undefined) return 'unchanged'; // whoever made it, it says what is wanted
  try {
    await client.create(resources.serviceExports, draft(options), { fieldManager: FIELD_MANAGER, signal });
    return 'created';
  } catch (error) {
    if (isAlreadyExists(error)) return 'unchanged';
    throw error;
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
 * Shares a Service with the clusterset by a ServiceExport of its name. Throws MCS_NOT_JOINED,
 * MCS_NAMESPACE_NOT_FOUND, MCS_SERVICE_NOT_EXPORTABLE, and MCS_TIMEOUT where waiting was asked for.
 */
export async function exportService(given: ExportContext, options: ExportServiceOptions): Promise<ExportServiceResult> {
  const context = withPatience(given);
  const { name, namespace } = options;
  const steps = new Steps(context);
  const existing = await steps.run('Check the service', async () => {
    const [value, warning] = await Promise.all([findExport(context, options), checkService(context, options)]);
    return { state: warning === undefined ? 'done' : 'warning', ...(warning !== undefined && { detail: warning }), value };
  });
  if (!options.dryRun) {
    await steps.do('Create the ServiceExport', async () => ({ state: await ensureExport(context, options, existing), detail: `${namespace}/${name}` }));
    await waitForExport(context, options, steps);
  }
  return {
    name,
    namespace,
    dnsName: `${name}.${namespace}.svc.${CLUSTERSET_DOMAIN}`,
    steps: steps.results,
    warnings: steps.warnings,
    isUnchanged: steps.isUnchanged,
    ...(options.dryRun && { manifests: toYaml([{ ...draft(options) }]) }),
  };
}
