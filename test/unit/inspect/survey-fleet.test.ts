import { describe, expect, it } from '@jest/globals';
import { McsError } from '../../../src/base/errors.ts';
import { failureStatus } from '../../../src/api/status.ts';
import type { KubeObject } from '../../../src/api/types/index.ts';
import { type FleetSource, surveyFleet } from '../../../src/inspect/survey-fleet.ts';
import { ApiError } from '../../../src/kube/api-error.ts';
import type { KubeClient } from '../../../src/kube/client.ts';

type Lists = Readonly<Record<string, readonly KubeObject[]>>;

/** The read half of a client that serves fixed lists; what is not listed is not served (404). */
function fixedClient(uid: string, lists: Lists): KubeClient {
  const notFound = new ApiError(failureStatus('NotFound', 'not found'));
  const client: Partial<KubeClient> = {
    server: `https://${uid}.test`,
    get: () => Promise.resolve({ metadata: { name: 'kube-system', uid } } as never),
    find: (resource, name) => Promise.resolve(lists[resource.plural]?.find(({ metadata }) => metadata.name === name) as never),
    list: (resource) => {
      const items = lists[resource.plural];
      return items === undefined ? Promise.reject(notFound) : Promise.resolve({ items } as never);
    },
    getPath: () => Promise.resolve({ gitVersion: 'v1.34.0' } as never),
    close: () => undefined,
  };
  return client as KubeClient;
}

const config = { clusterID: 'west', brokerNamespace: 'submariner-k8s-broker' };
const member: Lists = { configmaps: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mcs-member' }, data: { 'config.json': JSON.stringify(config) } } as KubeObject] };
const source = (context: string, uid: string, lists: Lists): FleetSource => ({ context, connect: () => Promise.resolve(fixedClient(uid, lists)) });
const options = { signal: new AbortController().signal, timeoutMs: 60_000 };

describe('surveyFleet', () => {
  it('shows a cluster once, under its first context, and says which contexts it leaves out', async () => {
    const fleet = await surveyFleet([source('west', 'u1', member), source('west-again', 'u1', member), source('bare', 'u2', {})], options);
    expect(fleet.clusters.map(({ context, state }) => [context, state.member?.config.clusterID])).toEqual([['west', 'west']]);
    expect(fleet.leftOut).toEqual([
      { context: 'west-again', reason: 'the same cluster as "west"' },
      { context: 'bare', reason: 'mcs is not installed' },
    ]);
  });

  it('keeps the others when one context cannot be used and one refuses', async () => {
    const dead: FleetSource = { context: 'dead', connect: () => Promise.reject(new McsError('MCS_CLUSTER_UNREACHABLE', 'no route')) };
    const forbidden = new ApiError(failureStatus('Forbidden', 'no'));
    const refusing: FleetSource = { context: 'shut', connect: () => Promise.resolve({ ...fixedClient('u3', {}), get: () => Promise.reject(forbidden) } as KubeClient) };
    const fleet = await surveyFleet([dead, refusing, source('west', 'u1', member)], options);
    expect(fleet.clusters.map(({ context }) => context)).toEqual(['west']);
    expect(fleet.unread.map(({ context, error }) => [context, error.code])).toEqual([
      ['dead', 'MCS_CLUSTER_UNREACHABLE'],
      ['shut', 'MCS_FORBIDDEN'],
    ]);
  });
});
