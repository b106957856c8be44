import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import packageJson from '../../package.json' with { type: 'json' };
import { resourceOf } from '../../src/api/kinds.ts';
import type { PolicyRule, Role, UnknownObject, Workload } from '../../src/api/types/index.ts';
import { objectsOf, toYaml } from '../../src/deployers/manifests.ts';
import { renderEmitter } from '../../src/deployers/mirror/install-emitter.ts';
import { renderMirror } from '../../src/deployers/mirror/mirror-manifests.ts';
import { PRESET_PLACES, presetManifest, renderPreset } from '../../src/deployers/mirror/preset-manifests.ts';
import { renderSource } from '../../src/deployers/mirror/source-manifests.ts';
import { packageTemplates } from '../helpers/package-templates.ts';

const SHARED = { version: '1.2.3', images: {} };
const PLACE = { namespace: 'mcs-mirror' };
const LEAST = { endpoints: false, removeNamespaces: false, createsNamespaces: false };

const mirror = async (rules: Partial<typeof LEAST> = {}): Promise<UnknownObject[]> => objectsOf(await renderMirror(packageTemplates, { ...SHARED, ...PLACE, name: 'default', document: 'sources: []\n', rules: { ...LEAST, ...rules } }));
const source = objectsOf(await renderSource(packageTemplates, { version: '1.2.3', ...PLACE, account: 'reader', hasAdmissionPolicies: true }));
const emitter = objectsOf(await renderEmitter(packageTemplates, { ...SHARED, ...PLACE, selection: { exported: true, selector: 'app=a', namespaces: ['shop', 'bank'] } }));
const reflector = await renderPreset(packageTemplates, 'reflector', SHARED);
const crossCluster = await renderPreset(packageTemplates, 'cross-cluster', SHARED);
const least = await mirror();
const all = [...least, ...source, ...emitter, ...reflector, ...crossCluster];

function rulesIn(objects: readonly UnknownObject[]): PolicyRule[] {
  return objects.filter(({ kind }) => kind.endsWith('Role')).flatMap((role) => (role as unknown as Role).rules);
}

const verbsOn = (resource: string, objects: readonly UnknownObject[]): string[] => [...new Set(rulesIn(objects).filter(({ resources }) => resources?.includes(resource)).flatMap(({ verbs }) => verbs))].sort();
const deployments = (objects: readonly UnknownObject[]): Workload[] => objects.filter(({ kind }) => kind === 'Deployment') as unknown as Workload[];

describe('manifests of mirrors', () => {
  it.each([
    ['a mirror', least],
    ['the account in a source', source],
    ['an emitter', emitter],
  ])('of %s are as reviewed', (_what, objects) => {
    expect(toYaml(objects)).toMatchSnapshot();
  });

  it.each(['reflector', 'cross-cluster'] as const)('of the %s preset are the file in manifests/ (node tools/manifests.ts writes it)', async (preset) => {
    const file = new URL(`../../manifests/${PRESET_PLACES[preset].file}`, import.meta.url);
    expect(await readFile(file, 'utf8')).toBe(await presetManifest(packageTemplates, preset, packageJson.version));
  });

  it('are all of known kinds, resolved, and never claim to run in the sandbox (ruling 21)', () => {
    for (const object of all) expect(resourceOf(object).kind).toBe(object.kind);
    expect(toYaml(all)).not.toMatch(/\$\{|MCS_SIMULATED/);
  });

  it('run every container unprivileged, with probes', () => {
    expect(deployments(all)).toHaveLength(4);
    for (const { spec } of deployments(all)) {
      expect(spec.template.spec).toMatchObject({ enableServiceLinks: false, securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } });
      for (const container of spec.template.spec.containers) {
        expect(container).toMatchObject({ image: 'localhost/mcs:1.2.3', securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }, readinessProbe: { httpGet: { path: '/readyz' } }, livenessProbe: { httpGet: { path: '/healthz' } } });
      }
    }
  });

  it('give a mirror no Secret but its own, and no list of everything', () => {
    expect(rulesIn(least).filter(({ resources }) => resources?.includes('secrets'))).toEqual([expect.objectContaining({ resourceNames: ['mcs-mirror-default'] })]);
    expect(rulesIn(least).flatMap(({ resources }) => resources)).not.toContain('*');
    expect(rulesIn(all).flatMap(({ verbs }) => verbs)).not.toContain('*');
  });

  it('widen the rights of a mirror only with the settings that need it', async () => {
    expect(verbsOn('namespaces', least)).toEqual(['get', 'list', 'watch']);
    expect(verbsOn('namespaces', await mirror({ createsNamespaces: true }))).toEqual(['create', 'get', 'list', 'watch']);
    expect(verbsOn('endpoints', least)).toEqual(['delete', 'get', 'list', 'watch']);
    expect(verbsOn('endpoints', await mirror({ endpoints: true }))).toEqual(['create', 'delete', 'get', 'list', 'patch', 'watch']);
    const removing = await mirror({ removeNamespaces: true });
    expect(verbsOn('namespaces', removing)).toContain('delete');
    expect(verbsOn('*', removing)).toEqual(['list']);
  });

  it('let OpenShift take endpoints that are written by hand (ruling 20)', () => {
    for (const objects of [least, reflector, crossCluster]) expect(verbsOn('endpointslices/restricted', objects)).toEqual(['create', 'patch', 'update']);
  });

  it('give the account in a source reading, and the renewal of its own token, whose life is capped', () => {
    const rules = rulesIn(source);
    expect(new Set(rules.filter(({ resources }) => !resources?.includes('serviceaccounts/token')).flatMap(({ verbs }) => verbs))).toEqual(new Set(['get', 'list', 'watch']));
    expect(rules.flatMap(({ resources }) => resources)).not.toContain('secrets');
    expect(rules.filter(({ resources }) => resources?.includes('serviceaccounts/token'))).toEqual([{ apiGroups: [''], resources: ['serviceaccounts/token'], resourceNames: ['reader'], verbs: ['create'] }]);
    expect(toYaml(source.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy'))).toContain('object.spec.expirationSeconds <= 604800');
  });

  it('start the emitter with TLS and tokens, and keep the key of its authority out of the pod', () => {
    const [container] = deployments(emitter)[0]?.spec.template.spec.containers ?? [];
    expect(container?.args).toEqual(['--token-file=/etc/mcs/emitter/tokens', '--tls-cert-file=/etc/mcs/emitter/tls.crt', '--tls-private-key-file=/etc/mcs/emitter/tls.key', '--selector=app=a', '--namespaces=shop,bank', '--exported']);
    expect(toYaml(emitter)).not.toContain('ca.key');
  });

  it('keep the names, labels and ports of service-reflector, so that its README works', () => {
    for (const object of reflector) expect(object.metadata).toMatchObject({ name: 'service-reflector', labels: { 'app.kubernetes.io/name': 'service-reflector' } });
    expect(reflector.map(({ kind }) => kind)).toEqual(['ConfigMap', 'ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding', 'Deployment', 'Service']);
    expect(reflector[0]).toMatchObject({ data: { 'source-api': '' } });
    const service = reflector.at(-1) as unknown as { spec: { ports: { name: string; port: number }[] } };
    expect(service.spec.ports.map(({ name, port }) => [name, port])).toEqual([['metrics', 9090], ['http', 8080], ['https', 6443]]);
    expect(deployments(reflector)[0]?.spec.template).toMatchObject({ metadata: { labels: { 'app.kubernetes.io/name': 'service-reflector' } } });
    const [container] = deployments(reflector)[0]?.spec.template.spec.containers ?? [];
    expect(container?.args).toEqual(expect.arrayContaining(['--emitter.insecure-port=8080', '--reflector.source-api=$(SOURCE_API)']));
  });

  it('keep the names of k8-cross-cluster-controller, with the Secret at its path, two replicas, and the rights that it lacks', () => {
    const [deployment] = deployments(crossCluster);
    expect(deployment).toMatchObject({ metadata: { name: 'k8-cross-cluster-controller', namespace: 'fair-system' }, spec: { replicas: 2 } });
    const env = deployment?.spec.template.spec.containers[0]?.env?.map(({ name }) => name);
    expect(env).toEqual(expect.arrayContaining(['KUBECONFIG_PATH', 'FAIR_ENV', 'SENTRY_DSN']));
    expect(deployment?.spec.template.spec.volumes).toEqual([{ name: 'kubeconfig', secret: { secretName: 'k8-cross-cluster-controller', items: [{ key: 'kubeconfig.yaml', path: 'kubeconfig.yaml' }] } }]);
    expect(crossCluster.filter(({ kind }) => kind === 'ServiceAccount').map(({ metadata }) => metadata.name)).toEqual(['cross-cluster-controller', 'cross-cluster-controller-read-only']);
    const reader = crossCluster.filter(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name.endsWith('read-only'));
    expect(new Set(rulesIn(reader).flatMap(({ verbs }) => verbs))).toEqual(new Set(['get', 'list', 'watch']));
    const secrets = rulesIn(crossCluster).filter(({ resources }) => resources?.includes('secrets'));
    expect(secrets.map(({ resourceNames, verbs }) => ({ resourceNames, verbs }))).toEqual([{ resourceNames: ['k8-cross-cluster-controller'], verbs: ['get', 'patch'] }]);
  });
});
