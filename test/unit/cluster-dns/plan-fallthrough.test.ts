import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../src/api/types/index.ts';
import { describeFallthrough } from '../../../src/cluster-dns/describe-fallthrough.ts';
import { detectClusterDns } from '../../../src/cluster-dns/detect.ts';
import type { DnsObjects, ObjectName } from '../../../src/cluster-dns/dns-objects.ts';
import { type FallthroughPlan, planFallthrough, planNoFallthrough } from '../../../src/cluster-dns/plan-fallthrough.ts';
import { planUnwiring, planWiring } from '../../../src/cluster-dns/plan-wiring.ts';
import { CLUSTERSET_WIRING, gatewayWiring } from '../../../src/cluster-dns/wiring-subject.ts';
import { applyAll, coreDns, readFixture } from './fixtures.ts';

const UPSTREAM = '10.96.0.53';
const podOf = (image: string): Pod => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'coredns-1' }, spec: { containers: [{ name: 'coredns', image }] } });

function plan(objects: DnsObjects, { upstream = UPSTREAM, image = 'registry.k8s.io/coredns/coredns:v1.12.1', custom }: { readonly upstream?: string | null; readonly image?: string; readonly custom?: ObjectName } = {}): FallthroughPlan {
  const detected = detectClusterDns(objects, { customKey: 'mcs.server', ...(custom && { custom }) });
  return planFallthrough(objects, { detected, upstream: upstream ?? undefined, pods: [podOf(image)] });
}

const wired = (objects: DnsObjects): DnsObjects => applyAll(objects, plan(objects).changes);

describe('planFallthrough', () => {
  it.each(['kubeadm', 'kubeadm-edited', 'kubeadm-crlf-without-final-newline', 'kubeadm-node-local-dns', 'eks', 'kubespray', 'rke2', 'rke2-node-local-dns'])('%s: is wired, stays so, and taken out gives what was there', (name) => {
    const before = readFixture(name);
    expect(plan(before)).toMatchObject({ changes: [{ verb: 'patch' }], place: expect.stringContaining('coredns') });
    expect(plan(wired(before)).changes).toEqual([]);
    expect(applyAll(wired(before), planNoFallthrough(wired(before)).changes)).toEqual(before);
  });

  const refused: [string, string, object][] = [
    ['aks', 'managed', {}],
    ['k3s', 'managed', {}],
    ['gardener', 'managed', {}],
    ['gke', 'kube-dns', {}],
    ['openshift', 'openshift', {}],
    ['kubeadm', 'managed', { custom: { namespace: 'dns', name: 'extra' } }],
    ['kubeadm', 'no-address', { upstream: null }],
    ['kubeadm', 'old-coredns', { image: 'registry.k8s.io/coredns/coredns:v1.9.3' }],
    ['rke2', 'old-coredns', { image: 'rancher/hardened-coredns:v1.8.5-build20211119' }],
  ];
  it.each(refused)('%s is refused: %s %j', (name, refusal, options) => {
    expect(plan(readFixture(name), options)).toMatchObject({ refusal, changes: [] });
  });

  it.each(['registry.k8s.io/coredns/coredns:v1.9.4', 'coredns/coredns:1.10.0', 'rancher/hardened-coredns:v1.11.1-build20230825', 'corp/dns:v1.0.0', 'corp/coredns@sha256:00'])('takes %s for one that knows several forwards, or may', (image) => {
    expect(plan(readFixture('kubeadm'), { image }).refusal).toBeUndefined();
  });

  it('takes its lines out where it is refused from then on', () => {
    const before = readFixture('kubeadm');
    const after = applyAll(wired(before), plan(wired(before), { upstream: null }).changes);
    expect(after).toEqual(before);
  });

  it('stands beside our blocks, in whichever order they come and go', () => {
    const before = readFixture('kubeadm');
    const gateway = gatewayWiring(['xcc.test']);
    const block = (objects: DnsObjects, subject = CLUSTERSET_WIRING): DnsObjects => applyAll(objects, planWiring(objects, { subject, upstream: UPSTREAM }).changes);
    const all = block(block(wired(before)), gateway);
    expect(wired(block(block(before), gateway))).toEqual(all);
    expect(plan(all).changes).toEqual([]);
    const without = applyAll(all, planUnwiring(all, CLUSTERSET_WIRING).changes);
    expect(applyAll(without, planNoFallthrough(without).changes)).toEqual(block(before, gateway));
  });

  it('says what stands in the way, and what there is instead', () => {
    const objects = coreDns('.:53 {\n    forward cluster.local 10.9.9.9\n    kubernetes cluster.local {\n    }\n}\n');
    expect(describeFallthrough(plan(objects), [], false)).toMatchObject({
      state: 'refused',
      reason: 'foreign-forward',
      message: 'names of cluster.local do not fall through: a "forward" for cluster.local that is not ours stands in ConfigMap kube-system/coredns',
      hints: ['kubectl -n kube-system edit configmap coredns', expect.stringMatching(/^mcs reflection enable/)],
    });
  });
});
