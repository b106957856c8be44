import { describe, expect, it } from '@jest/globals';
import { parseCidr } from '../../../src/api/cidr.ts';
import type { Cluster } from '../../../src/api/types/index.ts';
import { isKeptCrd, NEEDED_API_VERSIONS, validateApiVersions, validateForeignCrds } from '../../../src/discovery/api-versions.ts';
import { driversOfOthers, validateCableDriver, validateSameDriver } from '../../../src/discovery/cable-drivers.ts';
import { resolveClusterId } from '../../../src/discovery/cluster-id.ts';
import { chooseGateway } from '../../../src/discovery/gateway-nodes.ts';
import { findArgument } from '../../../src/discovery/process-arguments.ts';
import { supernetOf, withoutContained } from '../../../src/discovery/supernet.ts';
import { node, object } from '../../helpers/cluster-facts.ts';
import { thrown } from '../../helpers/thrown.ts';

const cidrs = (...texts: string[]) => texts.flatMap((text) => parseCidr(text) ?? []);

describe('supernetOf()', () => {
  it.each([
    [['10.0.0.0/24'], '10.0.0.0/24'],
    [['10.0.0.0/24', '10.0.1.0/24'], '10.0.0.0/23'],
    [['10.0.3.0/24', '10.0.4.0/24'], '10.0.0.0/21'],
    [['10.0.0.0/8', '192.168.0.0/16'], '0.0.0.0/0'],
    [['fd00::/64', 'fd00:0:0:1::/64'], 'fd00::/63'],
  ])('of %j is %s', (texts, expected) => {
    expect(supernetOf(cidrs(...texts))?.text).toBe(expected);
  });

  it('of nothing is nothing', () => {
    expect(supernetOf([])).toBeUndefined();
  });
});

describe('withoutContained()', () => {
  it('drops repeated and contained ranges and keeps the order', () => {
    const left = withoutContained(cidrs('10.1.0.0/24', '10.1.0.0/16', '10.2.0.0/16', '10.1.0.0/16'));
    expect(left.map(({ text }) => text)).toEqual(['10.1.0.0/16', '10.2.0.0/16']);
  });
});

describe('findArgument()', () => {
  it.each([
    [['--a=1', '--b=2'], '2'],
    [['--b', '2'], '2'],
    [['--bb=2'], undefined],
    [['--b'], undefined],
  ])('--b of %j is %j', (args, expected) => {
    expect(findArgument(args, 'b')).toBe(expected);
  });
});

describe('resolveClusterId()', () => {
  it.each([
    ['west', 'x', 'west'],
    [undefined, 'cluster0', 'cluster0'],
    [undefined, 'arn:aws:eks:eu-west-1:1:cluster/Prod_1', 'arn-aws-eks-eu-west-1-1-cluster-prod-1'],
  ])('of flag %j and kubeconfig cluster %j is %s', (flag, cluster, expected) => {
    expect(resolveClusterId(flag, cluster)).toBe(expected);
  });

  it.each(['West', 'a.b', '-a', 'a-', '', 'a'.repeat(64), 'a_b'])('refuses %j', (flag) => {
    expect(thrown(() => resolveClusterId(flag, 'x'))).toMatchObject({ code: 'MCS_CLUSTER_ID_INVALID', exitCode: 2, hints: [expect.stringContaining('--clusterid')] });
  });
});

describe('validateSameDriver()', () => {
  const member = (name: string, day: number, cableDriver?: string): Cluster => ({
    apiVersion: 'submariner.io/v1',
    kind: 'Cluster',
    metadata: { name, creationTimestamp: `2026-01-0${day}T00:00:00Z` },
    spec: { cluster_id: name, cluster_cidr: [], service_cidr: [], ...(cableDriver !== undefined && { settings: { cableDriver } }) },
  });
  const members = [member('young', 3, 'wireguard'), member('old', 1, 'vxlan'), member('bare', 2)];

  it('names a member with another driver, and its driver', () => {
    expect(thrown(() => validateSameDriver('wireguard', members, 'west'))).toMatchObject({ code: 'MCS_CABLE_DRIVER_MIXED', message: expect.stringContaining('"old" has "vxlan"'), hints: ['--cable-driver vxlan'] });
  });

  it.each([
    ['all have the same', 'vxlan', [member('a', 1, 'vxlan')]],
    ['the other entry is the cluster itself', 'vxlan', [member('west', 1, 'wireguard')]],
    ['nobody says anything', 'vxlan', [member('a', 1)]],
    ['nothing is known of the own one', undefined, members],
  ])('says nothing where %s', (_where, driver, others) => {
    expect(() => validateSameDriver(driver, others, 'west')).not.toThrow();
  });

  it('driversOfOthers() begins with the oldest member', () => {
    expect(driversOfOthers(members, 'young')).toEqual([{ member: 'old', driver: 'vxlan' }]);
    expect(driversOfOthers(members, 'west').map(({ member: name }) => name)).toEqual(['old', 'young']);
  });
});

describe('validateCableDriver()', () => {
  it('accepts its two drivers', () => {
    expect(['vxlan', 'wireguard'].map(validateCableDriver)).toEqual(['vxlan', 'wireguard']);
  });

  it.each([
    ['libreswan', /WireGuard instead of IPsec/],
    ['gre', /--cable-driver wireguard/],
    ['constructor', /--cable-driver wireguard/],
  ])('says what to use instead of %s', (name, hint) => {
    expect(thrown(() => validateCableDriver(name))).toMatchObject({ code: 'MCS_CABLE_DRIVER_UNKNOWN', hints: expect.arrayContaining([expect.stringMatching(hint)]) });
  });
});

describe('chooseGateway()', () => {
  const worker = (name: string) => node(name, { labels: { 'node-role.kubernetes.io/worker': '' } });
  const control = node('cp', { labels: { 'node-role.kubernetes.io/control-plane': '' } });
  const labelled = node('gw', { labels: { 'submariner.io/gateway': 'true' } });

  it.each([
    ['a labelled node is enough', [labelled, worker('w')], undefined, { kind: 'present', nodes: ['gw'] }],
    ['the only worker', [control, worker('w')], undefined, { kind: 'label', node: 'w' }],
    ['a node that is no control plane', [control, node('x')], undefined, { kind: 'label', node: 'x' }],
    ['the only node, even a control plane', [control], undefined, { kind: 'label', node: 'cp' }],
    ['several candidates', [worker('b'), worker('a')], undefined, { kind: 'ambiguous', candidates: ['a', 'b'] }],
    ['no node', [], undefined, { kind: 'none' }],
    ['a named node', [worker('a'), worker('b')], 'b', { kind: 'label', node: 'b' }],
    ['a named node that is labelled', [labelled], 'gw', { kind: 'present', nodes: ['gw'] }],
  ])('%s', (_title, nodes, named, expected) => {
    expect(chooseGateway(nodes, named)).toEqual(expected);
  });

  it('refuses a node that does not exist, and names those that do', () => {
    expect(thrown(() => chooseGateway([worker('a')], 'z'))).toMatchObject({ code: 'MCS_NODE_NOT_FOUND', hints: ['--gateway-node a'] });
  });
});

describe('validateApiVersions()', () => {
  it('names every missing API and the version of Kubernetes', () => {
    const apiVersions = new Set(NEEDED_API_VERSIONS.filter((version) => version !== 'discovery.k8s.io/v1'));
    expect(thrown(() => validateApiVersions({ apiVersions, kubernetesVersion: 'v1.20.1' }))).toMatchObject({
      code: 'MCS_API_VERSION_MISSING',
      message: expect.stringMatching(/v1\.20\.1.*discovery\.k8s\.io\/v1/),
    });
    expect(() => validateApiVersions({ apiVersions: new Set(NEEDED_API_VERSIONS), kubernetesVersion: 'v1.34.0' })).not.toThrow();
  });
});

describe('validateForeignCrds()', () => {
  const crd = (versions: string[], labels = {}) => {
    const { metadata, ...rest } = object('CustomResourceDefinition', 'serviceimports.multicluster.x-k8s.io', { versions: versions.map((name) => ({ name, served: true })) });
    return { ...rest, metadata: { ...metadata, labels } };
  };
  const ours = [crd(['v1beta1', 'v1alpha1'])];

  it('refuses a foreign CRD that does not serve our version', () => {
    expect(thrown(() => validateForeignCrds([crd(['v1alpha1'])], ours))).toMatchObject({ code: 'MCS_API_VERSION_MISSING', message: expect.stringContaining('v1beta1') });
  });

  it('accepts a foreign one that does, ours in any state, and others', () => {
    const other = object('CustomResourceDefinition', 'other.example.com', { versions: [] });
    expect(() => validateForeignCrds([crd(['v1beta1'])], ours)).not.toThrow();
    expect(() => validateForeignCrds([crd(['v1alpha1'], { 'app.kubernetes.io/managed-by': 'mcs' }), other], ours)).not.toThrow();
  });

  it('says what a foreign CRD serves', () => {
    expect(thrown(() => validateForeignCrds([crd(['v1alpha1'])], ours))).toMatchObject({ message: expect.stringContaining('was not installed by mcs and serves v1alpha1, not v1beta1') });
  });
});

describe('isKeptCrd()', () => {
  const RELEASE = 'multicluster.x-k8s.io/release-version';
  const REVISION = 'multicluster.x-k8s.io/crd-schema-revision';
  const MANAGED = { 'app.kubernetes.io/managed-by': 'mcs' };
  const labelled = (labels: Record<string, string>) => ({ metadata: { name: 'serviceimports.multicluster.x-k8s.io', labels } });
  const ours = labelled({ ...MANAGED, [RELEASE]: 'v0.5.0', [REVISION]: '1' });

  it.each([
    ['somebody else\'s, of any release', { [RELEASE]: 'v0.1.0' }, true],
    ['ours, of the same release', { ...MANAGED, [RELEASE]: 'v0.5.0', [REVISION]: '1' }, false],
    ['ours, older', { ...MANAGED, [RELEASE]: 'v0.4.9', [REVISION]: '7' }, false],
    ['ours, without a release', MANAGED, false],
    ['ours, of a later release', { ...MANAGED, [RELEASE]: 'v0.10.0' }, true],
    ['ours, of a later revision', { ...MANAGED, [RELEASE]: 'v0.5.0', [REVISION]: '2' }, true],
  ] as const)('%s', (_title, labels, isKept) => {
    expect(isKeptCrd(labelled(labels), ours)).toBe(isKept);
  });
});
