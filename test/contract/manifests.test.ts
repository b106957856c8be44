import { describe, expect, it } from '@jest/globals';
import type { MemberConfig, PolicyRule, Role, UnknownObject, Workload } from '../../src/api/types/index.ts';
import { resourceOf } from '../../src/api/kinds.ts';
import { objectsOf, renderBroker, renderMember, toYaml } from '../../src/deployers/manifests.ts';
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

const broker = objectsOf(await renderBroker(packageTemplates, { ...SHARED, brokerNamespace: 'submariner-k8s-broker', hasFlowSchemas: true, hasAdmissionPolicies: true }));
const member = objectsOf(await renderMember(packageTemplates, { ...SHARED, memberNamespace: 'submariner-operator', config: CONFIG, clusterSetID: 'set-uid', hasCalico: true }));

/** What a member of a set with tunnels has besides. */
async function connected(settings: MemberConfig['settings'], hasCalico = false): Promise<UnknownObject[]> {
  const config = { ...CONFIG, components: ['connectivity', 'service-discovery'], settings };
  return objectsOf(await renderMember(packageTemplates, { ...SHARED, memberNamespace: 'submariner-operator', config, clusterSetID: 'set-uid', hasCalico }));
}

const wireguard = await connected({ cableDriver: 'wireguard', loadBalancer: true, nattPort: 4501 }, true);
const vxlan = await connected({ cableDriver: 'vxlan' });
const known = new Set(member.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
const added = (objects: readonly UnknownObject[]): UnknownObject[] => objects.filter(({ kind, metadata }) => !known.has(`${kind} ${metadata.name}`));
const all = [...broker, ...member, ...added(wireguard)];

function rulesOf(name: string, objects: readonly UnknownObject[]): PolicyRule[] {
  return objects.filter(({ kind, metadata }) => kind.endsWith('Role') && metadata.name === name).flatMap((role) => (role as unknown as Role).rules);
}

interface PolicySpec {
  readonly name: string;
  readonly failurePolicy: string;
  readonly matchConstraints: {
    readonly namespaceSelector: { readonly matchLabels: unknown };
    readonly resourceRules: readonly { readonly apiGroups: readonly string[]; readonly resources: readonly string[]; readonly operations: readonly string[] }[];
  };
  readonly matchConditions: readonly { readonly expression: string }[];
}

function policiesOf(name?: string): PolicySpec[] {
  const found = broker.filter(({ kind, metadata }) => kind === 'ValidatingAdmissionPolicy' && (name === undefined || metadata.name === name));
  return found.map(({ metadata, spec }) => ({ ...(spec as Omit<PolicySpec, 'name'>), name: metadata.name }));
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

  it('of gateways are as reviewed', () => {
    expect(toYaml(added(wireguard))).toMatchSnapshot();
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

  it('give gateways the two capabilities that they need, and no privileged container', () => {
    for (const objects of [wireguard, vxlan]) {
      const [agent, ...others] = objects.filter(({ kind }) => kind === 'DaemonSet') as unknown as Workload[];
      expect(others).toEqual([]);
      for (const container of agent?.spec.template.spec.containers ?? []) {
        const { securityContext } = container as unknown as { securityContext: { privileged?: boolean; capabilities: { add: string[] } } };
        expect(securityContext).toMatchObject({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
        expect(securityContext.privileged).toBeUndefined();
        expect(['NET_ADMIN', 'NET_RAW']).toEqual(expect.arrayContaining(securityContext.capabilities.add));
      }
    }
  });

  it('run wireguard-go beside the agent only where the tunnels are of WireGuard', () => {
    const containers = (objects: readonly UnknownObject[]): string[] => (objects.filter(({ kind }) => kind === 'DaemonSet') as unknown as Workload[]).flatMap(({ spec }) => spec.template.spec.containers.map(({ name }) => name));
    expect([containers(wireguard), containers(vxlan), containers(member)]).toEqual([['gateway', 'wireguard-go'], ['gateway'], []]);
  });

  it('lower the level of the namespace only for gateways', () => {
    const level = (objects: readonly UnknownObject[]): unknown => objects.find(({ kind }) => kind === 'Namespace')?.metadata.labels?.['pod-security.kubernetes.io/enforce'];
    expect([level(member), level(vxlan)]).toEqual(['restricted', 'privileged']);
  });

  it('have a load balancer and a role for Calico only where they are asked for', () => {
    const names = (objects: readonly UnknownObject[]): string[] => added(objects).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names(wireguard)).toEqual(expect.arrayContaining(['Service submariner-gateway', 'ClusterRole mcs-calico-pools']));
    expect(names(vxlan).filter((name) => /submariner-gateway|calico/.test(name))).toEqual([]);
    const service = wireguard.find(({ kind, metadata }) => kind === 'Service' && metadata.name === 'submariner-gateway');
    expect(service).toMatchObject({ spec: { type: 'LoadBalancer', selector: { 'gateway.submariner.io/status': 'active' }, ports: [{ port: 4501, protocol: 'UDP' }, { port: 4490, protocol: 'UDP' }] } });
  });

  it('let a gateway read the key of the tunnels and the credential for the broker, and no other Secret', () => {
    const rules = rulesOf('mcs-gateway', wireguard).filter(({ resources }) => resources?.includes('secrets'));
    expect(rules).toEqual([expect.objectContaining({ resourceNames: ['mcs-wireguard', 'mcs-broker'] })]);
  });

  it('let the gateway agents change pods only where a load balancer needs a label on them', () => {
    const verbs = (objects: readonly UnknownObject[]): string[] => rulesOf('mcs-gateway', objects).filter(({ resources }) => resources?.includes('pods')).flatMap((rule) => rule.verbs);
    expect([verbs(wireguard), verbs(vxlan)]).toEqual([['patch'], []]);
  });

  it('mount the folder of the tunnel device, so that nothing of its name is made on a host without it', () => {
    const { template } = wireguard.find(({ kind, metadata }) => kind === 'DaemonSet' && metadata.name === 'mcs-gateway')?.spec as { template: { spec: { volumes: { name: string }[] } } };
    expect(template.spec.volumes.find(({ name }) => name === 'tun')).toEqual({ name: 'tun', hostPath: { path: '/dev/net', type: 'DirectoryOrCreate' } });
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
    const holds = (group: string, resource: string, verb: string, names?: readonly string[]): boolean =>
      held.some(({ apiGroups, resources, verbs, resourceNames }) => resourceNames?.join() === names?.join() && apiGroups?.includes(group) && resources?.includes(resource) && verbs.includes(verb));
    for (const { apiGroups = [], resources = [], verbs, resourceNames } of rulesOf('mcs-member', broker)) {
      for (const group of apiGroups) for (const resource of resources) for (const verb of verbs) expect([group, resource, verb, holds(group, resource, verb, resourceNames)]).toEqual([group, resource, verb, true]);
    }
    expect(holds('', 'serviceaccounts/token', 'create')).toBe(true);
    expect(held.flatMap(({ verbs }) => verbs)).not.toContain('escalate');
    expect(held.filter(({ verbs }) => verbs.includes('bind'))).toEqual([expect.objectContaining({ resourceNames: ['mcs-member'] })]);
  });

  it('give members neither the deletion of collections nor a subresource but a status (ruling 5)', () => {
    const rules = rulesOf('mcs-member', broker);
    expect(rules.flatMap(({ verbs }) => verbs)).not.toContain('deletecollection');
    expect(rules.flatMap(({ verbs }) => verbs)).not.toContain('*');
    const subresources = rules.flatMap(({ resources = [] }) => resources).filter((resource) => resource.includes('/'));
    expect(subresources).toEqual(['serviceimports/status', 'endpointslices/restricted']);
  });

  it('bind by policy all that members may write, with its status, by every operation (ruling 5)', () => {
    const [policy] = policiesOf('mcs-submariner-k8s-broker-objects');
    const bound = (policy?.matchConstraints.resourceRules ?? []).flatMap(({ apiGroups, resources, operations }) => apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource} ${operations.join()}`)));
    const written = rulesOf('mcs-member', broker).filter(({ verbs }) => verbs.includes('create') || verbs.includes('patch'));
    const resources = written.flatMap(({ apiGroups = [], resources: names = [] }) => apiGroups.flatMap((group) => names.map((name) => `${group}/${name.split('/')[0] ?? ''}`)));
    expect(new Set(bound)).toEqual(new Set(resources.flatMap((name) => [`${name} CREATE,UPDATE,DELETE`, `${name}/status CREATE,UPDATE,DELETE`])));
    const [others] = policiesOf('mcs-submariner-k8s-broker-others');
    const excepted = others?.matchConditions.map(({ expression }) => expression).join(' ') ?? '';
    for (const name of resources) expect(excepted).toContain(`'${name}'`);
  });

  it('have policies that fail closed, count for the broker namespace only, and are bound to deny', () => {
    const all = policiesOf();
    expect(all).toHaveLength(3);
    for (const { failurePolicy, matchConstraints } of all) {
      expect(failurePolicy).toBe('Fail');
      expect(matchConstraints.namespaceSelector.matchLabels).toEqual({ 'kubernetes.io/metadata.name': 'submariner-k8s-broker' });
    }
    const bindings = broker.filter(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding');
    expect(bindings.map(({ metadata, spec }) => [metadata.name, spec])).toEqual(all.map(({ name }) => [name, { policyName: name, validationActions: ['Deny'] }]));
  });

  it('never ask a policy for the name in the request of an object, which a deleted collection lacks', () => {
    const [policy] = policiesOf('mcs-submariner-k8s-broker-objects');
    expect(JSON.stringify(policy)).not.toContain('request.name');
    expect(JSON.stringify(policy)).toContain("request.operation == 'DELETE' ? oldObject.metadata : object.metadata");
  });

  it('install the policies before the rights that they limit, and the desk last', () => {
    const kinds = broker.map(({ kind }) => kind);
    expect(kinds.lastIndexOf('ValidatingAdmissionPolicyBinding')).toBeLessThan(kinds.indexOf('Role'));
    expect(kinds.at(-1)).toBe('Deployment');
  });

  it('bind no cluster-wide right to anything on the broker', () => {
    expect(broker.filter(({ kind }) => kind === 'ClusterRole' || kind === 'ClusterRoleBinding')).toEqual([]);
  });

  it('I2: give nobody but the controller a right to write ServiceImports, by a role of their own or an aggregated one', () => {
    const roles = member.filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole');
    const isWriting = ({ verbs }: PolicyRule): boolean => verbs.some((verb) => !['get', 'list', 'watch'].includes(verb));
    const writers = roles.filter((role) => (role as unknown as { rules: PolicyRule[] }).rules.some((rule) => rule.resources?.some((name) => name.startsWith('serviceimports')) && isWriting(rule)));
    expect(writers.map(({ metadata }) => metadata.name)).toEqual(['mcs-controller']);
    expect(all.flatMap(({ metadata }) => Object.keys(metadata.labels ?? {})).filter((label) => label.startsWith('rbac.authorization.k8s.io/aggregate-to-'))).toEqual([]);
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

  it('leave out flow control and policies where the API server has none', async () => {
    const groups = await renderBroker(packageTemplates, { ...SHARED, brokerNamespace: 'b', hasFlowSchemas: false, hasAdmissionPolicies: false });
    expect(objectsOf(groups).map(({ kind }) => kind)).not.toContain('FlowSchema');
    expect(objectsOf(groups).map(({ kind }) => kind).join()).not.toContain('ValidatingAdmissionPolicy');
    expect(objectsOf(groups).filter(({ metadata }) => metadata.namespace !== undefined).map(({ metadata }) => metadata.namespace)).toEqual(expect.arrayContaining(['b']));
  });

  it('change the pods of the agents when the configuration changes', async () => {
    const changed = await renderMember(packageTemplates, { ...SHARED, memberNamespace: 'submariner-operator', config: { ...CONFIG, podCIDRs: ['10.17.0.0/16'] }, clusterSetID: 'set-uid', hasCalico: true });
    const annotations = (objects: readonly UnknownObject[]): unknown[] =>
      objects.filter(({ kind }) => kind === 'Deployment').map((object) => (object as unknown as Workload).spec.template.metadata?.annotations);
    expect(annotations(objectsOf(changed))).not.toEqual(annotations(member));
  });
});
