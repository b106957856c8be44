import { describe, expect, it } from '@jest/globals';
import { GATEWAY_AGENT, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { MANAGED_BY, MANAGED_BY_MCS } from '../../../src/api/labels.ts';
import { resources } from '../../../src/api/resources.ts';
import type { Pod } from '../../../src/api/types/index.ts';
import { removeGateways, unconfirmedNodes, withRemoval } from '../../../src/deployers/remove/remove-gateways.ts';
import type { Removal } from '../../../src/deployers/remove/delete-owned.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';

const AGENT = { name: 'gateway', image: 'mcs', command: ['node', '/app/dist/agents/gateway.js'] };
const LABELS = { 'app.kubernetes.io/component': 'gateway' };

function pod(nodeName: string, args: string[] = [], isReady = true): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `mcs-gateway-${nodeName}`, namespace: MEMBER_NAMESPACE, labels: LABELS },
    spec: { nodeName, containers: [{ ...AGENT, args }] },
    status: { conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
  };
}

describe('withRemoval', () => {
  it('changes the container of the agent, and no other', () => {
    const helper = { name: 'wireguard-go', image: 'mcs', command: ['node', '/app/dist/agents/wireguard-go.js'] };
    expect(withRemoval([AGENT, helper])).toEqual([{ ...AGENT, args: ['--remove'] }, helper]);
  });
});

describe('unconfirmedNodes', () => {
  it.each([
    ['a pod of the old form says nothing', [pod('a')], ['a']],
    ['a pod that is not ready has not finished', [pod('a', ['--remove'], false)], ['a']],
    ['a pod that is ready has', [pod('a', ['--remove'])], []],
    ['a node without a pod has not', [], ['a']],
  ])('%s', (_rule, pods, expected) => {
    expect(unconfirmedNodes(['a', ''], pods)).toEqual(expected);
  });
});

function install(client: MemoryClient, ...nodes: readonly string[]): void {
  client.seed(resources.daemonSets, { metadata: { name: GATEWAY_AGENT, namespace: MEMBER_NAMESPACE, labels: { [MANAGED_BY]: MANAGED_BY_MCS } }, spec: { selector: { matchLabels: LABELS }, template: { spec: { containers: [AGENT] } } } });
  for (const node of nodes) client.seed(resources.pods, pod(node));
}

function removal(client: MemoryClient, clock = new FakeClock(), isDryRun = false): Removal {
  return { client, clock, isDryRun, deadline: clock.monotonic() + 1_000, leftovers: [] };
}

const progress = { signal: new AbortController().signal, update: () => undefined };

describe('removeGateways', () => {
  it('does nothing where there is no agent', async () => {
    const client = createMemoryClient();
    expect(await removeGateways(removal(client), progress)).toEqual({ state: 'unchanged', detail: 'nothing to remove' });
    expect(client.writes).toEqual([]);
  });

  it('rolls the removal out, and deletes the agent once every node has confirmed', async () => {
    const client = createMemoryClient();
    install(client, 'a', 'b');
    const patch = client.patch.bind(client);
    client.patch = async (resource, ...rest) => {
      const patched = await patch(resource, ...rest);
      for (const node of ['a', 'b']) {
        await client.delete(resources.pods, `mcs-gateway-${node}`, MEMBER_NAMESPACE);
        client.seed(resources.pods, pod(node, ['--remove']));
      }
      return patched;
    };
    const given = removal(client);
    expect(await removeGateways(given, progress)).toMatchObject({ state: 'deleted' });
    expect(given.leftovers).toEqual([]);
    expect(await client.find(resources.daemonSets, GATEWAY_AGENT, MEMBER_NAMESPACE)).toBeUndefined();
  });

  it('lists nodes that have not confirmed in time, with what to do there', async () => {
    const client = createMemoryClient();
    install(client, 'a');
    const clock = new FakeClock();
    const given = removal(client, clock);
    const outcome = removeGateways(given, progress);
    await clock.advance(1_500);
    expect(await outcome).toEqual({ state: 'warning', detail: 'Nodes that did not confirm that nothing is left on them: a' });
    expect(given.leftovers).toEqual([{ object: expect.stringContaining('node a'), command: expect.stringMatching(/mcs-cable.*4501.*ip6;.*FORWARD/) }]);
    expect(await client.find(resources.daemonSets, GATEWAY_AGENT, MEMBER_NAMESPACE)).toBeUndefined();
  });
});
