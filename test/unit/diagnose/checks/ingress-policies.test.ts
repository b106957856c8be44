import { describe, expect, it } from '@jest/globals';
import { resources } from '../../../../src/api/resources.ts';
import type { NetworkPolicy } from '../../../../src/api/types/index.ts';
import { judgePolicies, policyChecks } from '../../../../src/diagnose/checks/ingress-policies.ts';
import { contextAmong, member } from '../../../helpers/diagnose-scene.ts';
import { createMemoryClient } from '../../../helpers/memory-client.ts';
import { admitting, exposed, networkPolicy } from '../../../helpers/network-policies.ts';

const RANGES = [{ cluster: 'east', range: '10.1.0.0/16' }, { cluster: 'north', range: '10.3.0.0/16' }];

describe('judgePolicies', () => {
  it.each<[string, NetworkPolicy[], 'pass' | 'warn']>([
    ['no policy', [], 'pass'],
    ['one that lets nothing in', [networkPolicy('deny')], 'warn'],
    ['one for other pods', [networkPolicy('deny', { podSelector: { matchLabels: { app: 'pay' } } })], 'pass'],
    ['one of Egress only', [networkPolicy('deny', { policyTypes: ['Egress'] })], 'pass'],
    ['one that lets all in', [networkPolicy('open', { ingress: [{}] })], 'pass'],
    ['pods of the same cluster only', [networkPolicy('own', { ingress: [{ from: [{ namespaceSelector: {} }, { podSelector: {} }] }] })], 'warn'],
    ['a block around one range', [admitting('10.1.0.0/15')], 'pass'],
    ['a block inside of one range', [admitting('10.1.7.0/24')], 'pass'],
    ['a block beside the ranges', [admitting('10.9.0.0/16')], 'warn'],
    ['all but the ranges', [admitting('10.0.0.0/8', { except: ['10.1.0.0/16', '10.3.0.0/16'] })], 'warn'],
    ['all but a part of one range', [admitting('10.1.0.0/16', { except: ['10.1.7.0/24'] })], 'pass'],
    ['the port by its name', [admitting('10.1.0.0/16', { ports: [{ port: 'http' }] })], 'pass'],
    ['the port by its number', [admitting('10.1.0.0/16', { ports: [{ port: 8080 }] })], 'pass'],
    ['the port in a range', [admitting('10.1.0.0/16', { ports: [{ port: 8000, endPort: 9000 }] })], 'pass'],
    ['a port of a name that nobody knows', [admitting('10.1.0.0/16', { ports: [{ port: 'secret' }] })], 'pass'],
    ['another port', [admitting('10.1.0.0/16', { ports: [{ port: 9090 }] })], 'warn'],
    ['another protocol', [admitting('10.1.0.0/16', { ports: [{ protocol: 'UDP', port: 8080 }] })], 'warn'],
    ['two of which one lets a range in', [networkPolicy('deny'), admitting('10.3.0.0/16')], 'pass'],
  ])('%s', (_title, policies, expected) => {
    expect(judgePolicies([exposed(...policies)], RANGES, 'kubectl').status).toBe(expected);
  });

  it.each([
    ['adds the first rule', networkPolicy('deny'), '/spec/ingress', true],
    ['adds another rule', admitting('10.9.0.0/16'), '/spec/ingress/-', false],
  ])('%s in its fix', (_title, policy, path, isList) => {
    const { evidence, fix = [] } = judgePolicies([exposed(policy)], RANGES, 'kubectl');
    expect(evidence).toEqual([`shop/cart: NetworkPolicy ${policy.metadata.name} lets nothing in to its pods from those of other members: 10.1.0.0/16 ("east"), 10.3.0.0/16 ("north")`]);
    const [patch] = JSON.parse(/'(.*)'$/.exec(fix[0] ?? '')?.[1] ?? '[]') as [{ path: string; value: unknown }];
    expect([patch.path, Array.isArray(patch.value)]).toEqual([path, isList]);
    expect(JSON.stringify(patch.value)).toContain('10.3.0.0/16');
  });
});

describe('MCS-NP-01', () => {
  const west = member('west', {});
  const withExport = (client: typeof west.client): typeof west => ({ ...west, client, state: { ...west.state, member: { ...west.state.member, exports: [{ metadata: { name: 'cart', namespace: 'shop' } }] } } }) as unknown as typeof west;
  const east = member('east', { config: { podCIDRs: ['10.1.0.0/16'] } });

  it('reads the Service, its pods and the policies of its namespace', async () => {
    const client = createMemoryClient();
    const { service, pods } = exposed();
    client.seed(resources.services, service);
    client.seed(resources.pods, { ...pods[0], metadata: pods[0]?.metadata ?? { name: '' }, spec: pods[0]?.spec ?? { containers: [] }, status: { phase: 'Running' } });
    client.seed(resources.networkPolicies, networkPolicy('deny'));
    client.seed(resources.networkPolicies, { ...networkPolicy('elsewhere'), metadata: { name: 'elsewhere', namespace: 'bank' } });
    const outcome = await policyChecks[0]?.run(contextAmong(withExport(client), [east]), new AbortController().signal);
    expect(outcome).toMatchObject({ status: 'warn', evidence: ['shop/cart: NetworkPolicy deny lets nothing in to its pods from those of other members: 10.1.0.0/16 ("east")'] });
  });

  it('says that it knows of no other member', async () => {
    const outcome = await policyChecks[0]?.run(contextAmong(west, []), new AbortController().signal);
    expect(outcome).toMatchObject({ status: 'skip', evidence: ['no other member is known'] });
  });
});
