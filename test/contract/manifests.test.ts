import { describe, expect, it } from '@jest/globals';
import type { PolicyRule, Role, UnknownObject, Workload } from '../../src/api/types/index.ts';
import { resourceOf } from '../../src/deployers/kinds.ts';
import { objectsOf, renderBroker, renderMember, toYaml } from '../../src/deployers/manifests.ts';
import type { MemberConfig } from '../../src/deployers/member-config.ts';
import { packageTemplates } from '../helpers/package-templates.ts';

const CONFIG: MemberConfig = {
  clusterID: 'west',
  clusterUID: '2e0f3c1a-0000-4000-8000-000000000001',
  podCIDRs: ['10.16.0.0/16'],
  serviceCIDRs: ['10.96.0.0/12'],
  nodeCIDRs: ['172.18.0.2/32'],
  components: ['service-discovery'],
  brokerNamespace: 'submariner-k8s-broker',
  settings: {},
};
const SHARED = { version: '1.2.3', images: {} };

const broker = objectsOf(await renderBroker(packageTemplates, { ...SHARED, brokerNamespace: 'submariner-k8s-broker', hasFlowSchemas: true }));
const member = objectsOf(await renderMember(packageTemplates, { ...SHARED, memberNamespace: 'submariner-operator', config: CONFIG, clusterSetID: 'set-uid' }));
const all = [...broker, ...member];

function rulesOf(name: string, objects: readonly UnknownObject[]): PolicyRule[] {
  return objects.filter(({ kind, metadata }) => kind.endsWith('Role') && metadata.name === name).flatMap((role) => (role as unknown as Role).rules);
}

function podSpecs(): Workload['spec']['template']['spec'][] {
  return all.filter(({ kind }) => kind === 'Deployment').map((object) => (object as unknown as Workload).spec.template.spec);
}

describe('rendered manifests', () => {
  it('of the broker are as reviewed', () => {
    expect(toYaml(broker)).toMatchSnapshot();
  });

  it('of a member are as reviewed', () => {
    expect(toYaml(member)).toMatchSnapshot();
  });

  it('are all of known kinds and carry the ownership labels', () => {
    for (const object of all) {
      expect(resourceOf(object).kind).toBe(object.kind);
      expect(object.metadata.labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'mcs', 'app.kubernetes.io/name': 'mcs', 'app.kubernetes.io/version': '1.2.3' });
    }
  });

  it('hold no unresolved variable', () => {
    expect(toYaml(all)).not.toContain('${');
  });

  it('never claim to run in the sandbox (ruling 21)', () => {
    expect(toYaml(all)).not.toContain('MCS_SIMULATED');
  });

  it('run every container unprivileged', () => {
    expect(podSpecs()).toHaveLength(3);
    for (const spec of podSpecs()) {
      expect(spec).toMatchObject({ securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } });
      for (const container of spec.containers) {
        expect(container).toMatchObject({
          imagePullPolicy: 'IfNotPresent',
          image: 'localhost/mcs:1.2.3',
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
          readinessProbe: { httpGet: { path: '/readyz' } },
          livenessProbe: { httpGet: { path: '/healthz' } },
        });
      }
    }
  });

  it('give no member a verb on Secrets or on Clusters that write (ruling 4)', () => {
    const rules = rulesOf('mcs-member', broker);
    expect(rules.flatMap(({ resources }) => resources ?? [])).not.toContain('secrets');
    const clusters = rules.filter(({ resources }) => resources?.includes('clusters'));
    expect(clusters.flatMap(({ verbs }) => verbs)).toEqual(['get', 'list', 'watch']);
  });

  it('let the join credential create and get ClusterJoins and read Clusters, and nothing else', () => {
    expect(rulesOf('mcs-join', broker).map(({ resources, verbs }) => [resources, verbs])).toEqual([
      [['clusterjoins'], ['create', 'get']],
      [['clusters'], ['get', 'list']],
    ]);
  });

  it('give the desk every verb that it hands out, bind on one Role by name, and no escalate (ruling 6)', () => {
    const held = rulesOf('mcs-desk', broker);
    const holds = (group: string, resource: string, verb: string): boolean =>
      held.some(({ apiGroups, resources, verbs, resourceNames }) => resourceNames === undefined && apiGroups?.includes(group) && resources?.includes(resource) && verbs.includes(verb));
    for (const { apiGroups = [], resources = [], verbs } of rulesOf('mcs-member', broker)) {
      for (const group of apiGroups) for (const resource of resources) for (const verb of verbs) expect([group, resource, verb, holds(group, resource, verb)]).toEqual([group, resource, verb, true]);
    }
    expect(holds('', 'serviceaccounts/token', 'create')).toBe(true);
    expect(held.flatMap(({ verbs }) => verbs)).not.toContain('escalate');
    expect(held.filter(({ verbs }) => verbs.includes('bind'))).toEqual([expect.objectContaining({ resourceNames: ['mcs-member'] })]);
  });

  it('bind no cluster-wide right to anything on the broker', () => {
    expect(broker.filter(({ kind }) => kind === 'ClusterRole' || kind === 'ClusterRoleBinding')).toEqual([]);
  });

  it('let the controller read one Secret only', () => {
    const rules = rulesOf('mcs-controller', member).filter(({ resources }) => resources?.includes('secrets'));
    expect(rules).toEqual([expect.objectContaining({ resourceNames: ['mcs-broker'] })]);
    expect(rulesOf('mcs-dns', member).flatMap(({ resources }) => resources)).not.toContain('secrets');
  });

  it('start no ServiceAccount name with "cluster-" but those of members (ruling 6)', () => {
    const names = broker.filter(({ kind }) => kind === 'ServiceAccount').map(({ metadata }) => metadata.name);
    expect(names.filter((name) => name.startsWith('cluster-'))).toEqual([]);
  });

  it('store v1beta1 of the MCS API and serve v1alpha1 too', () => {
    for (const name of ['serviceexports.multicluster.x-k8s.io', 'serviceimports.multicluster.x-k8s.io']) {
      const crd = member.find(({ metadata }) => metadata.name === name);
      const { versions } = crd?.spec as { versions: { name: string; served: boolean; storage: boolean }[] };
      expect(versions.map((version) => [version.name, version.served, version.storage])).toEqual([
        ['v1beta1', true, true],
        ['v1alpha1', true, false],
      ]);
    }
  });

  it('leave out flow control where the API server has none', async () => {
    const groups = await renderBroker(packageTemplates, { ...SHARED, brokerNamespace: 'b', hasFlowSchemas: false });
    expect(objectsOf(groups).map(({ kind }) => kind)).not.toContain('FlowSchema');
    expect(objectsOf(groups).filter(({ metadata }) => metadata.namespace !== undefined).map(({ metadata }) => metadata.namespace)).toEqual(expect.arrayContaining(['b']));
  });

  it('change the pods of the agents when the configuration changes', async () => {
    const changed = await renderMember(packageTemplates, { ...SHARED, memberNamespace: 'submariner-operator', config: { ...CONFIG, podCIDRs: ['10.17.0.0/16'] }, clusterSetID: 'set-uid' });
    const annotations = (objects: readonly UnknownObject[]): unknown[] =>
      objects.filter(({ kind }) => kind === 'Deployment').map((object) => (object as unknown as Workload).spec.template.metadata?.annotations);
    expect(annotations(objectsOf(changed))).not.toEqual(annotations(member));
  });
});
