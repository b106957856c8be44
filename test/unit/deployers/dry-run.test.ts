import { describe, expect, it } from '@jest/globals';
import { resources } from '../../../src/api/resources.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { runTasksSilently } from '../../../src/base/tasks.ts';
import { dryRunOf } from '../../../src/deployers/dry-run.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { packageTemplates } from '../../helpers/package-templates.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';

describe('dryRunOf', () => {
  const secret = { resource: resources.secrets, name: 'a', namespace: 'ns' };
  /** Deletes nothing, as a server does in a dry run. */
  const serverOf = (deletions: unknown[]): KubeClient => {
    const memory = createMemoryClient();
    memory.seed(resources.secrets, { metadata: { name: 'a', namespace: 'ns' } });
    memory.seed(resources.secrets, { metadata: { name: 'b', namespace: 'ns' } });
    return { ...memory, delete: (...args) => Promise.resolve(void deletions.push(args)) };
  };
  const contextOf = (client: KubeClient) => ({ client, templates: packageTemplates, version: '1.0.0', runTasks: runTasksSilently, clock: systemClock, signal: new AbortController().signal });

  it('lets the server try a deletion, and no later step finds the object', async () => {
    const deletions: unknown[] = [];
    const { context, planned } = dryRunOf(contextOf(serverOf(deletions)));
    const { client } = context;
    expect(await client.find(secret.resource, 'a', 'ns')).toBeDefined();
    await client.delete(secret.resource, 'a', 'ns');
    expect(deletions).toEqual([[resources.secrets, 'a', 'ns', { dryRun: true }]]);
    expect(await client.find(secret.resource, 'a', 'ns')).toBeUndefined();
    expect((await client.list(secret.resource, { namespace: 'ns' })).items.map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(planned).toEqual(['delete Secret ns/a']);
  });

  it('does not plan a deletion that the server refuses', async () => {
    const { context, planned } = dryRunOf(contextOf(createMemoryClient()));
    await expect(context.client.delete(secret.resource, 'a', 'ns')).rejects.toThrow('NotFound');
    expect(planned).toEqual([]);
  });

  it('calls what a step would write planned', async () => {
    const { context } = dryRunOf(contextOf(createMemoryClient()));
    const results = await context.runTasks([{ title: 'Remove x', run: () => Promise.resolve({ state: 'deleted' as const }) }], context.signal);
    expect(results).toEqual([{ title: 'Remove x', state: 'planned' }]);
  });
});
