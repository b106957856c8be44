import { describe, expect, it } from '@jest/globals';
import { MANAGED_BY, MANAGED_BY_MCS } from '../../../../src/api/labels.ts';
import { resources } from '../../../../src/api/resources.ts';
import { systemClock } from '../../../../src/base/clock.ts';
import { runTasksSilently } from '../../../../src/base/tasks.ts';
import { ensureExports } from '../../../../src/deployers/hub/join-hub.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import type { HubJoinOptions } from '../../../../src/deployers/hub/options.ts';
import { planHubJoin } from '../../../../src/deployers/hub/plan-join.ts';
import { Steps } from '../../../../src/deployers/steps.ts';
import { createMemoryClient } from '../../../helpers/memory-client.ts';
import { packageTemplates } from '../../../helpers/package-templates.ts';
import { stubClient } from '../../../helpers/stub-client.ts';

const { signal } = new AbortController();

describe('ensureExports', () => {
  it('widens the selection of an earlier join', async () => {
    const memory = createMemoryClient();
    memory.seed(resources.exportPolicies, { metadata: { name: 'mcs-hub', labels: { [MANAGED_BY]: MANAGED_BY_MCS } }, spec: { namespaces: ['shop'] } });
    const patches: unknown[] = [];
    const client: KubeClient = { ...memory, patch: (resource, name, namespace, _type, body) => {
      patches.push(body);
      return memory.get(resource, name, namespace);
    } };
    expect((await ensureExports({ member: { client }, exports: {} }, { signal })).state).toBe('updated');
    expect(patches).toEqual([expect.arrayContaining([{ op: 'add', path: '/spec', value: {} }])]);
    expect((await ensureExports({ member: { client }, exports: { namespaces: ['shop'] } }, { signal })).state).toBe('unchanged');
    expect(patches).toHaveLength(1);
  });

  it('makes the policy once', async () => {
    const client = createMemoryClient();
    expect((await ensureExports({ member: { client }, exports: { namespaces: ['shop'] } }, { signal })).state).toBe('created');
    expect(client.writes).toHaveLength(1);
  });
});

describe('planHubJoin', () => {
  it('refuses a selection that is none before it asks any cluster', async () => {
    const context = { clock: systemClock, signal, templates: packageTemplates, version: '0.0.1', runTasks: runTasksSilently, client: stubClient({}), connect: () => stubClient({}) };
    const member = { context: 'west', client: stubClient({}), access: { server: 'https://west' } };
    const options = { clusterID: 'west', member, imports: {}, images: {}, wait: 'none', timeoutMs: 1, dryRun: false, exports: { namespaces: ['Shop'] } } as const;
    await expect(planHubJoin(context, options as unknown as HubJoinOptions, new Steps(context))).rejects.toMatchObject({ code: 'MCS_USAGE' });
  });
});
