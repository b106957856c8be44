import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import type { LogLevel } from '../base/log.ts';
import { TUNNEL_PORT } from '../api/data-plane.ts';
import type { MemberConfig, UnknownObject } from '../api/types/index.ts';
import { parseCustomName } from '../cluster-dns/custom-name.ts';
import { CUSTOM_MAP } from '../cluster-dns/dns-objects.ts';
import { withoutLoadBalancer } from './gateway/without-load-balancer.ts';
import { withoutWireguard } from './gateway/without-wireguard.ts';
import { type ImageOptions, imageVars } from './images.ts';
import { renderTemplate, type TemplateVars } from './render-template.ts';
import type { TemplateSource } from './templates.ts';

interface ManifestOptions {
  readonly version: string;
  readonly images: ImageOptions;
  readonly logLevel?: LogLevel;
}

export interface BrokerManifestOptions extends ManifestOptions {
  readonly brokerNamespace: string;
  /** Whether the API server has flow control, and so can keep members from starving each other. */
  readonly hasFlowSchemas: boolean;
  /** Whether the API server evaluates ValidatingAdmissionPolicies, and so can bind members to their own objects. */
  readonly hasAdmissionPolicies: boolean;
}

export interface MemberManifestOptions extends ManifestOptions {
  readonly memberNamespace: string;
  readonly config: MemberConfig;
  /** Value of the ClusterProperty `clusterset.k8s.io`: the same in all members, and of no other set. */
  readonly clusterSetID: string;
  /** Whether the network of the cluster is Calico's. */
  readonly hasCalico: boolean;
}

/** Objects of one concern, applied together and in order. */
export interface ManifestGroup {
  /** What the group is, for progress: `CustomResourceDefinitions`. */
  readonly title: string;
  readonly objects: readonly UnknownObject[];
}

/** Title of the group with the agents that connect the cluster with others. */
export const GATEWAY = 'Gateway';

/** Title of the group that keeps members apart. */
export const ADMISSION_POLICIES = 'Admission policies';

const BROKER_CRDS = ['clusterjoins.mcs.clusterset.local', 'clusters.submariner.io', 'endpoints.submariner.io', 'serviceimports.multicluster.x-k8s.io'];
const MEMBER_CRDS = ['clusterproperties.about.k8s.io', 'endpoints.submariner.io', 'gateways.submariner.io', 'routeagents.submariner.io', 'serviceexportpolicies.mcs.clusterset.local', 'serviceexports.multicluster.x-k8s.io', 'serviceimports.multicluster.x-k8s.io'];

/** The objects of several templates, in their order. */
export async function renderAll(source: TemplateSource, names: readonly string[], vars: TemplateVars & { version: string }): Promise<UnknownObject[]> {
  return (await Promise.all(names.map((name) => renderTemplate(source, name, vars)))).flat();
}

function crds(source: TemplateSource, names: readonly string[], version: string): Promise<UnknownObject[]> {
  return renderAll(source, names.map((name) => `crds/${name}.yaml`), { version });
}

/** Everything that `deploy-broker` installs, except the Secrets of join tokens. */
export async function renderBroker(source: TemplateSource, options: BrokerManifestOptions): Promise<ManifestGroup[]> {
  const { version, brokerNamespace, images, logLevel = 'info' } = options;
  const vars = { version, brokerNamespace, logLevel, ...imageVars('mcs-desk', images, version) };
  const roles = ['broker/member-role.yaml', 'broker/join-role.yaml', 'broker/desk-role.yaml'];
  return [
    { title: `Namespace ${brokerNamespace}`, objects: await renderAll(source, ['broker/namespace.yaml'], vars) },
    { title: 'CustomResourceDefinitions', objects: await crds(source, BROKER_CRDS, version) },
    // before anybody has rights that they limit
    ...(options.hasAdmissionPolicies ? [{ title: ADMISSION_POLICIES, objects: await renderAll(source, ['broker/admission-policies.yaml'], vars) }] : []),
    { title: 'Roles and accounts', objects: await renderAll(source, roles, vars) },
    ...(options.hasFlowSchemas ? [{ title: 'Flow control', objects: await renderAll(source, ['broker/flow-schema.yaml'], vars) }] : []),
    { title: 'Desk', objects: await renderAll(source, ['broker/desk.yaml'], vars) },
  ];
}

async function renderGateway(source: TemplateSource, { settings }: MemberConfig, vars: TemplateVars & { version: string }): Promise<UnknownObject[]> {
  const names = ['member/gateway.yaml', ...(settings.loadBalancer === true ? ['member/load-balancer.yaml'] : [])];
  const objects = await renderAll(source, names, vars);
  return settings.cableDriver === 'vxlan' ? objects.map(withoutWireguard) : objects;
}

async function renderGatewayRoles(source: TemplateSource, { config, hasCalico }: MemberManifestOptions, vars: TemplateVars & { version: string }): Promise<UnknownObject[]> {
  const objects = await renderAll(source, ['member/gateway-role.yaml', ...(hasCalico ? ['member/calico-role.yaml'] : [])], vars);
  return config.settings.loadBalancer === true ? objects : objects.map(withoutLoadBalancer);
}

/** On the host's network, and with NET_ADMIN, pods need the level that keeps nothing back. */
function gatewayVars({ components, settings }: MemberConfig): { podSecurity: string; nattPort: number } {
  return { podSecurity: components.includes('connectivity') ? 'privileged' : 'restricted', nattPort: settings.nattPort ?? TUNNEL_PORT };
}

/** Everything that `join` installs, except its Secrets. */
export async function renderMember(source: TemplateSource, options: MemberManifestOptions): Promise<ManifestGroup[]> {
  const { version, memberNamespace, images, config, clusterSetID, logLevel = 'info' } = options;
  const isConnected = config.components.includes('connectivity');
  const custom = parseCustomName(config.dnsWiring?.customConfigMap) ?? CUSTOM_MAP;
  const configJSON = `${JSON.stringify(config, undefined, 2)}\n`;
  const configHash = createHash('sha256').update(configJSON).digest('hex').slice(0, 16);
  const shared = { version, memberNamespace, logLevel, configJSON, configHash, clusterID: config.clusterID, clusterSetID, customNamespace: custom.namespace, customName: custom.name, ...gatewayVars(config) };
  // the rights to change the cluster's own DNS are given only where that is wanted
  const wiringRole = config.dnsWiring?.isWanted === false ? [] : ['member/dns-wiring-role.yaml'];
  const roles = ['member/controller-role.yaml', 'member/dns-role.yaml', ...wiringRole];
  const gatewayRoles = isConnected ? await renderGatewayRoles(source, options, shared) : [];
  return [
    { title: `Namespace ${memberNamespace}`, objects: await renderAll(source, ['member/namespace.yaml'], shared) },
    { title: 'CustomResourceDefinitions', objects: await crds(source, MEMBER_CRDS, version) },
    { title: 'Roles and accounts', objects: [...(await renderAll(source, roles, shared)), ...gatewayRoles] },
    { title: 'Configuration', objects: await renderAll(source, ['member/config.yaml', 'member/cluster-properties.yaml'], shared) },
    { title: 'Controller', objects: await renderAll(source, ['member/controller.yaml'], { ...shared, ...imageVars('mcs-controller', images, version) }) },
    { title: 'DNS', objects: await renderAll(source, ['member/dns.yaml'], { ...shared, ...imageVars('mcs-dns', images, version) }) },
    ...(isConnected ? [{ title: GATEWAY, objects: await renderGateway(source, config, { ...shared, ...imageVars('mcs-gateway', images, version) }) }] : []),
  ];
}

/** Groups as a flat list, in the order in which they are applied. */
export function objectsOf(groups: readonly ManifestGroup[]): UnknownObject[] {
  return groups.flatMap(({ objects }) => objects);
}

/** Objects as a YAML stream that `kubectl apply -f -` takes. */
export function toYaml(objects: readonly UnknownObject[]): string {
  return objects.map((object) => stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 })).join('---\n');
}
