import { describe, expect, it } from '@jest/globals';
import type { Cluster, MemberConfig, Workload } from '../../../src/api/types/index.ts';
import { endpointWarning } from '../../../src/deployers/broker/broker-endpoint.ts';
import { summarize } from '../../../src/deployers/ensure-group.ts';
import { imageOf, parseImageOverrides } from '../../../src/deployers/images.ts';
import { grantsAll } from '../../../src/deployers/join/membership.ts';
import { credentialData } from '../../../src/broker-info/index.ts';
import { getCredential } from '../../../src/deployers/join/member-secret.ts';
import { validateClusterIdFree, validateNoOverlap } from '../../../src/deployers/join/validate-members.ts';
import { rolloutLack } from '../../../src/deployers/wait-rollout.ts';
import { deployment, node } from '../../helpers/cluster-facts.ts';
import { thrown } from '../../helpers/thrown.ts';

const CONFIG: MemberConfig = {
  clusterID: 'west',
  clusterUID: 'uid-west',
  podCIDRs: ['10.16.0.0/16'],
  serviceCIDRs: ['10.96.0.0/12'],
  nodeCIDRs: [],
  components: ['connectivity', 'service-discovery'],
  brokerNamespace: 'b',
  settings: { cableDriver: 'vxlan', natt: false },
};

interface Ranges {
  readonly pods?: string[];
  readonly services?: string[];
  readonly nodes?: string[];
  readonly uid?: string;
  readonly key?: string;
}

function cluster(id: string, { pods = ['10.200.0.0/16'], services = ['10.97.0.0/16'], nodes = [], uid = `uid-${id}`, key = `key-${id}` }: Ranges = {}): Cluster {
  return {
    apiVersion: 'submariner.io/v1',
    kind: 'Cluster',
    metadata: { name: id, namespace: 'b', annotations: { 'mcs.clusterset.local/identity-key': key } },
    spec: { cluster_id: id, cluster_uid: uid, cluster_cidr: pods, service_cidr: services, node_cidr: nodes, settings: { natt: false, cableDriver: 'vxlan' } },
  };
}

describe('imageOf()', () => {
  it.each([
    ['the default', {}, 'localhost/mcs:1.0.0'],
    ['a repository', { repository: 'registry.example/team/' }, 'registry.example/team/mcs:1.0.0'],
    ['a version', { version: '2.0.0' }, 'localhost/mcs:2.0.0'],
    ['an override', { repository: 'r', overrides: { 'mcs-dns': 'x/y:z' } }, 'x/y:z'],
    ['an override of another part', { overrides: { 'mcs-desk': 'x/y:z' } }, 'localhost/mcs:1.0.0'],
  ])('uses %s', (_title, options, expected) => {
    expect(imageOf('mcs-dns', options, '1.0.0')).toBe(expected);
  });
});

describe('parseImageOverrides()', () => {
  it('takes one image per part', () => {
    expect(parseImageOverrides(['mcs-dns=a:1', 'mcs-desk=b=c'])).toEqual({ 'mcs-dns': 'a:1', 'mcs-desk': 'b=c' });
  });

  it.each(['mcs-dns', '=x', 'mcs-dns=', 'submariner-gateway=x', 'toString=x'])('refuses %j', (value) => {
    expect(thrown(() => parseImageOverrides([value]))).toMatchObject({ code: 'MCS_USAGE' });
  });
});

describe('validateClusterIdFree()', () => {
  const joiner = { clusterID: 'west', clusterUID: 'uid-west', identityKey: 'key-west' };

  it('accepts a free id, and its own one proven by the key, even with another UID', () => {
    expect(() => validateClusterIdFree(joiner, [cluster('east')])).not.toThrow();
    expect(() => validateClusterIdFree(joiner, [cluster('west')])).not.toThrow();
  });

  it.each([
    ['another cluster has it', [cluster('west', { uid: 'other', key: 'other' })], 'MCS_CLUSTER_ID_TAKEN', /another cluster/],
    ['the key was lost', [cluster('west', { key: 'older' })], 'MCS_CLUSTER_ID_TAKEN', /lost the key/],
    ['this cluster has another id', [cluster('old', { uid: 'uid-west' })], 'MCS_CLUSTER_ID_CHANGED', /as "old"/],
  ])('refuses where %s', (_title, members, code, message) => {
    expect(thrown(() => validateClusterIdFree(joiner, members))).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe('validateNoOverlap()', () => {
  const ranges = { clusterID: 'west', podCIDRs: ['10.16.0.0/16'], serviceCIDRs: ['10.96.0.0/12'], nodeCIDRs: ['172.18.0.2/32'] };

  it('names both sides, and the mode that needs no routable ranges', () => {
    expect(thrown(() => validateNoOverlap(ranges, ['connectivity'], [cluster('east', { pods: ['10.16.128.0/17'] })]))).toMatchObject({
      code: 'MCS_CIDR_OVERLAP',
      message: expect.stringMatching(/10\.16\.0\.0\/16 of "west".*10\.16\.128\.0\/17 of "east"/),
      hints: expect.arrayContaining([expect.stringContaining('gateway-dns')]),
    });
  });

  it('refuses node addresses inside the pods of another member', () => {
    expect(thrown(() => validateNoOverlap(ranges, ['connectivity'], [cluster('east', { pods: ['172.18.0.0/16'] })]))).toMatchObject({ code: 'MCS_CIDR_OVERLAP' });
  });

  it('only warns about service ranges, and about anything without connectivity', () => {
    const east = cluster('east', { pods: ['10.17.0.0/16'], services: ['10.96.0.0/12'] });
    expect(validateNoOverlap(ranges, ['connectivity'], [east])).toHaveLength(1);
    expect(validateNoOverlap(ranges, ['service-discovery'], [cluster('east', { pods: ['10.16.0.0/16'] })]).length).toBeGreaterThan(0);
  });

  it('says nothing where ranges are distinct', () => {
    expect(validateNoOverlap({ ...ranges, serviceCIDRs: ['10.98.0.0/16'] }, ['connectivity'], [cluster('east')])).toEqual([]);
  });
});

describe('grantsAll()', () => {
  const granted = cluster('west', { pods: ['10.16.0.0/16'], services: ['10.96.0.0/12'] });

  it('compares without regard to order', () => {
    expect(grantsAll(granted, CONFIG)).toBe(true);
  });

  it.each([
    ['pod CIDRs', { ...CONFIG, podCIDRs: ['10.17.0.0/16'] }],
    ['a new node', { ...CONFIG, nodeCIDRs: ['172.18.0.9/32'] }],
    ['settings', { ...CONFIG, settings: { cableDriver: 'wireguard', natt: false } }],
    ['a setting less', { ...CONFIG, settings: { natt: false } }],
    ['the cluster', { ...CONFIG, clusterUID: 'other' }],
  ])('sees other %s', (_title, config) => {
    expect(grantsAll(granted, config)).toBe(false);
  });
});

describe('getCredential()', () => {
  const credential = { server: 'https://b:6443', ca: '', namespace: 'b', clusterID: 'west', token: 't', expiresAt: Date.parse('2026-01-01T00:00:00Z'), issuedAt: Date.parse('2025-12-31T00:00:00Z') };
  const secret = (data: Record<string, string>) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mcs-broker' }, data });

  it('reads what credentialData() writes', () => {
    expect(getCredential(secret(credentialData(credential)))).toEqual(credential);
  });

  it.each([
    ['without a token', { token: undefined }],
    ['with a time that is none', { expiresAt: 'soon' }],
    ['with a certificate that is none', { ca: 'not PEM' }],
    ['with a broken certificate', { ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' }],
  ])('refuses a Secret %s by its own code, with the way out', (_title, changed) => {
    const { token, ...rest } = credentialData(credential);
    const broken = Object.entries({ token, ...rest, ...changed }).flatMap(([key, text]) => (text === undefined ? [] : [[key, key in changed ? Buffer.from(text).toString('base64') : text]]));
    expect(thrown(() => getCredential(secret(Object.fromEntries(broken) as Record<string, string>)))).toMatchObject({ code: 'MCS_CREDENTIAL_UNREADABLE', hints: [expect.stringContaining('delete secret mcs-broker'), expect.stringContaining('mcs join')] });
  });
});

describe('rolloutLack()', () => {
  const rollout = (status: Workload['status'], replicas = 2): Workload => {
    const { spec, metadata, ...rest } = deployment('mcs-dns', 'n');
    return { ...rest, metadata: { ...metadata, generation: 3 }, spec: { ...spec, replicas }, ...(status && { status }) };
  };

  it.each([
    ['no status yet', undefined, /not observed/],
    ['an older generation', { observedGeneration: 2, updatedReplicas: 2, readyReplicas: 2 }, /not observed/],
    ['old pods', { observedGeneration: 3, updatedReplicas: 1, readyReplicas: 2 }, /1 of 2 pods are updated/],
    ['pods that are not ready', { observedGeneration: 3, updatedReplicas: 2 }, /0 of 2 pods are ready/],
  ])('names %s', (_title, status, lack) => {
    expect(rolloutLack(rollout(status))).toMatch(lack);
  });

  it('is nothing once all pods are new and ready', () => {
    expect(rolloutLack(rollout({ observedGeneration: 3, updatedReplicas: 2, readyReplicas: 2 }))).toBeUndefined();
  });
});

describe('summarize()', () => {
  const change = (state: string, name: string) => ({ state, object: { kind: 'Role', metadata: { name, namespace: 'n' } } });

  it.each([
    ['nothing', [change('unchanged', 'a')], { state: 'unchanged' }],
    ['one creation', [change('unchanged', 'a'), change('created', 'b')], { state: 'created', detail: 'Role n/b' }],
    ['several states', [change('created', 'a'), change('updated', 'b')], { state: 'updated', detail: 'Role n/a, Role n/b' }],
    ['many objects', ['a', 'b', 'c', 'd'].map((name) => change('created', name)), { state: 'created', detail: '4 objects' }],
  ])('tells %s', (_title, changes, expected) => {
    expect(summarize(changes)).toEqual(expected);
  });
});

describe('endpointWarning()', () => {
  it.each([
    ['https://127.0.0.1:6443', [node('a', { ip: '172.18.0.2' })], true],
    ['https://localhost:6443', [node('a', { ip: '172.18.0.2' })], true],
    ['https://10.0.0.1:6443', [node('a', { ip: '172.18.0.2' })], false],
    ['https://127.0.0.1:6443', [node('a', { ip: '127.16.0.1' })], false],
  ])('for %s', (server, nodes, warns) => {
    expect(endpointWarning({ server }, { nodes }) !== undefined).toBe(warns);
  });
});
