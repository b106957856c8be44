import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { resourceOf } from '../../src/api/kinds.ts';
import type { PolicyRule, Role, UnknownObject, Workload } from '../../src/api/types/index.ts';
import { renderClusterAccount } from '../../src/deployers/gateway-dns/cluster-account.ts';
import { GATEWAY_DNS_FILES, gatewayDnsManifest, renderHub, renderServer } from '../../src/deployers/gateway-dns/render.ts';
import { objectsOf, toYaml } from '../../src/deployers/manifests.ts';
import { packageTemplates } from '../helpers/package-templates.ts';

const SHARED = { version: '1.2.3', images: {}, namespace: 'xcc-dns' };
const hub = objectsOf(await renderHub(packageTemplates, { ...SHARED, settings: {} }));
const server = objectsOf(await renderServer(packageTemplates, { ...SHARED, suffixes: ['xcc.test', 'other.test'] }));
const account = objectsOf(await renderClusterAccount(packageTemplates, { version: '1.2.3', account: 'gateway-dns-1', namespace: 'xcc-dns', hasAdmissionPolicies: true }));
const all = [...hub, ...server, ...account];

const rulesIn = (objects: readonly UnknownObject[], kind = /Role$/): PolicyRule[] => objects.filter((object) => kind.test(object.kind)).flatMap((role) => (role as unknown as Role).rules);
const deployments = all.filter(({ kind }) => kind === 'Deployment') as unknown as Workload[];
const environment = (objects: readonly UnknownObject[], name: string): Record<string, string | undefined> => {
  const found = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name) as unknown as Workload;
  return Object.fromEntries((found.spec.template.spec.containers[0]?.env ?? []).map((variable) => [variable.name, variable.value]));
};
const fileOf = (name: string): Promise<string> => readFile(new URL(`../../manifests/${name}`, import.meta.url), 'utf8');

describe('manifests of gateway-dns', () => {
  it('of the account in a workload cluster are as reviewed', () => {
    expect(toYaml(account)).toMatchSnapshot();
  });

  it.each(GATEWAY_DNS_FILES)('are the file manifests/%s (node tools/manifests.ts writes it)', async (file) => {
    expect(await fileOf(file)).toBe(await gatewayDnsManifest(packageTemplates, file, packageJson.version));
  });

  it.each(['xcc-dns-controller/deployment.yaml', 'dns-config-patcher/deployment.yaml'])('take another suffix in %s by the sed of the README', async (file) => {
    const text = (await fileOf(file)).replaceAll(/xcc\.test/g, 'multi-cluster.example.com');
    const objects = parseAllDocuments(text).map((document) => document.toJS() as UnknownObject);
    const values = objects.filter(({ kind }) => kind === 'Deployment').flatMap((object) => Object.values(environment(objects, object.metadata.name)));
    expect(values.filter((value) => value === 'multi-cluster.example.com')).toHaveLength(1);
  });

  it('have no suffix for the name server, as the README says none', async () => {
    expect(await fileOf('dns-server/deployment.yaml')).not.toContain('MCS_DNS_SUFFIXES');
    expect(environment(server, 'dns-server')).toMatchObject({ MCS_DNS_SUFFIXES: 'xcc.test,other.test', MCS_DNS_GATEWAYS: 'true' });
  });

  it('keep the names, labels and ports of cross-cluster-connectivity, so that its objects are replaced one by one', () => {
    expect(deployments.map(({ metadata, spec }) => [`${metadata.namespace ?? ''}/${metadata.name}`, spec.selector.matchLabels])).toEqual([
      ['xcc-dns/xcc-dns-controller', { app: 'xcc-dns-controller' }],
      ['xcc-dns/dns-server', { app: 'dns-server' }],
      ['xcc-dns/dns-config-patcher', { app: 'dns-config-patcher' }],
    ]);
    for (const { metadata, spec } of deployments) expect(spec.template.spec.containers.map(({ name }) => name)).toEqual([metadata.name]);
    const service = server.find(({ kind }) => kind === 'Service') as unknown as { spec: { ports: { name: string; port: number; protocol: string }[] } };
    expect(service.spec.ports.map(({ name, port, protocol }) => [name, port, protocol])).toEqual([['dns-tcp', 53, 'TCP'], ['dns', 53, 'UDP']]);
    const bindings = all.filter(({ kind }) => kind.endsWith('Binding') && kind.includes('Role')).map(({ metadata, roleRef }) => [metadata.name, (roleRef as { name: string }).name]);
    // a binding cannot be given another role
    expect(bindings).toEqual(expect.arrayContaining([['xcc-dns-controller', 'xcc-dns-controller'], ['dns-server', 'dns-server'], ['dns-config-patcher', 'system-corefile-updater'], ['dns-config-patcher', 'xcc-dns-service-watcher']]));
  });

  it('leave variables that are not set to the program, and set those that are', async () => {
    expect(environment(hub, 'xcc-dns-controller')).toMatchObject({ DOMAIN_SUFFIX: 'xcc.test', GATEWAY_DNS_POLLING_INTERVAL: '30s', MCS_GATEWAY_DNS_CROSS_NAMESPACE: 'policy', MCS_GATEWAY_DNS_HEALTH_CHECKS: 'true' });
    expect(environment(hub, 'xcc-dns-controller')).not.toHaveProperty('MCS_GATEWAY_DNS_HUB_ID');
    const settings = { suffix: 'a.test', pollingInterval: '5s', crossNamespace: 'none', healthChecks: false, hubID: 'blue' } as const;
    const given = environment(objectsOf(await renderHub(packageTemplates, { ...SHARED, settings })), 'xcc-dns-controller');
    expect(given).toMatchObject({ DOMAIN_SUFFIX: 'a.test', GATEWAY_DNS_POLLING_INTERVAL: '5s', MCS_GATEWAY_DNS_CROSS_NAMESPACE: 'none', MCS_GATEWAY_DNS_HEALTH_CHECKS: 'false', MCS_GATEWAY_DNS_HUB_ID: 'blue' });
  });

  it('are all of known kinds, resolved, and never claim to run in the sandbox (ruling 21)', () => {
    for (const object of all) expect(resourceOf(object).kind).toBe(object.kind);
    expect(toYaml(all)).not.toMatch(/\$\{|MCS_SIMULATED/);
  });

  it('run every container unprivileged, with probes', () => {
    for (const { spec } of deployments) {
      expect(spec.template.spec).toMatchObject({ enableServiceLinks: false, securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } });
      for (const container of spec.template.spec.containers) {
        expect(container).toMatchObject({ image: 'localhost/mcs:1.2.3', securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }, readinessProbe: { httpGet: { path: '/readyz' } }, livenessProbe: { httpGet: { path: '/healthz' } } });
      }
    }
  });

  it('let the hub get Secrets by name only, and change those of its own namespace', () => {
    const secrets = (kind: RegExp): string[] => rulesIn(hub, kind).filter(({ resources }) => resources?.includes('secrets')).flatMap(({ verbs }) => verbs);
    expect(secrets(/^ClusterRole$/)).toEqual(['get']);
    expect(secrets(/^Role$/)).not.toContain('create');
    expect(rulesIn(all).flatMap(({ verbs, resources = [] }) => [...verbs, ...resources])).not.toContain('*');
  });

  it('give the name server nothing but reading of its records', () => {
    const own = server.filter(({ metadata }) => metadata.name === 'dns-server');
    expect(rulesIn(own)).toEqual([{ apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] }]);
  });

  it('let the account in a workload cluster write records in the one namespace only, and renew its own token', () => {
    expect(new Set(rulesIn(account, /^ClusterRole$/).flatMap(({ verbs }) => verbs))).toEqual(new Set(['get', 'list', 'watch']));
    expect(rulesIn(account).flatMap(({ resources }) => resources)).not.toContain('secrets');
    const roles = account.filter(({ kind }) => kind === 'Role');
    expect(new Set(roles.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['xcc-dns']));
    expect(rulesIn(roles).filter(({ resources }) => resources?.includes('serviceaccounts/token'))).toEqual([{ apiGroups: [''], resources: ['serviceaccounts/token'], resourceNames: ['gateway-dns-1'], verbs: ['create'] }]);
  });
});
