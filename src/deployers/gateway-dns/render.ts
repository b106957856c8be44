import type { UnknownObject, Workload } from '../../api/types/index.ts';
import { XCC_NAMESPACE } from '../../api/names.ts';
import { type ImageOptions, imageVars } from '../images.ts';
import { type ManifestGroup, objectsOf, renderAll, toYaml } from '../manifests.ts';
import type { TemplateSource } from '../templates.ts';
import { DEFAULT_SUFFIX, type HubSettings, hubVars } from './settings.ts';

interface RenderOptions {
  readonly version: string;
  readonly namespace: string;
  readonly images: ImageOptions;
}

export interface HubRenderOptions extends RenderOptions {
  readonly settings: HubSettings;
}

export interface ServerRenderOptions extends RenderOptions {
  readonly suffixes: readonly string[];
}

/** Names of what runs, as cross-cluster-connectivity has them. */
export const HUB = 'xcc-dns-controller';
export const SERVER = 'dns-server';
export const PATCHER = 'dns-config-patcher';

export const GATEWAY_DNS_CRD = 'gatewaydns.connectivity.tanzu.vmware.com';

const SHARED = { logLevel: 'info' };

/** Variables of the environment that are left to the program's own default stand in a template with an empty value. */
function withoutEmptyVariables(object: UnknownObject): UnknownObject {
  if (object.kind !== 'Deployment') return object;
  const { spec } = object as unknown as Workload;
  const containers = spec.template.spec.containers.map((container) => ({ ...container, env: (container.env ?? []).filter(({ value }) => value !== '') }));
  return { ...object, spec: { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, containers } } } };
}

async function render(source: TemplateSource, names: readonly string[], vars: Parameters<typeof renderAll>[2]): Promise<UnknownObject[]> {
  return (await renderAll(source, names.map((name) => `gateway-dns/${name}.yaml`), { ...SHARED, ...vars })).map(withoutEmptyVariables);
}

function namespaceGroup(source: TemplateSource, { namespace, version }: RenderOptions): Promise<ManifestGroup> {
  return render(source, ['namespace'], { namespace, version }).then((objects) => ({ title: `Namespace ${namespace}`, objects }));
}

/** What `mcs gateway-dns install-hub` installs. */
export async function renderHub(source: TemplateSource, options: HubRenderOptions): Promise<ManifestGroup[]> {
  const { version, namespace, images, settings } = options;
  return [
    { title: 'CustomResourceDefinition', objects: await renderAll(source, [`crds/${GATEWAY_DNS_CRD}.yaml`], { version }) },
    await namespaceGroup(source, options),
    { title: HUB, objects: await render(source, ['controller'], { version, namespace, ...hubVars(settings), ...imageVars(HUB, images, version) }) },
  ];
}

/** What `mcs gateway-dns install` installs. */
export async function renderServer(source: TemplateSource, options: ServerRenderOptions): Promise<ManifestGroup[]> {
  const { version, namespace, images, suffixes } = options;
  const vars = { version, namespace, suffixes: suffixes.join(',') };
  return [
    await namespaceGroup(source, options),
    { title: SERVER, objects: await render(source, ['dns-server'], { ...vars, ...imageVars(SERVER, images, version) }) },
    { title: PATCHER, objects: await render(source, ['dns-config-patcher-role', 'dns-config-patcher'], { ...vars, ...imageVars(PATCHER, images, version) }) },
  ];
}

/** Files in `manifests/`, by the paths that the README of cross-cluster-connectivity has. */
export const GATEWAY_DNS_FILES = ['crds/connectivity.tanzu.vmware.com_gatewaydns.yaml', 'xcc-dns-controller/deployment.yaml', 'dns-server/deployment.yaml', 'dns-config-patcher/deployment.yaml'] as const;
export type GatewayDnsFile = (typeof GATEWAY_DNS_FILES)[number];

async function objectsOfFile(source: TemplateSource, file: GatewayDnsFile, version: string): Promise<readonly UnknownObject[]> {
  const shared = { version, namespace: XCC_NAMESPACE, images: {} };
  const [crd, place, hub] = await renderHub(source, { ...shared, settings: {} });
  // the README has no suffix for the name server: its zones follow from the records
  const server = file === 'dns-server/deployment.yaml' ? (await renderServer(source, { ...shared, suffixes: [] }))[1] : undefined;
  const patcher = file === 'dns-config-patcher/deployment.yaml' ? (await renderServer(source, { ...shared, suffixes: [DEFAULT_SUFFIX] }))[2] : undefined;
  const groups = file === 'crds/connectivity.tanzu.vmware.com_gatewaydns.yaml' ? [crd] : [place, server ?? patcher ?? hub];
  return objectsOf(groups.filter((group) => group !== undefined));
}

/** Text of a file in `manifests/`. */
export async function gatewayDnsManifest(source: TemplateSource, file: GatewayDnsFile, version: string): Promise<string> {
  const command = file.startsWith('crds/') || file.startsWith('xcc-dns-controller/') ? 'install-hub' : 'install';
  return `# A part of: mcs gateway-dns ${command} --dry-run -o yaml\n${toYaml(await objectsOfFile(source, file, version))}`;
}
