import { beforeEach, describe, expect, it } from '@jest/globals';
import { MANAGED_BY, MANAGED_BY_MCS } from '../../../src/api/labels.ts';
import { BROKER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { DeployContext } from '../../../src/deployers/deploy-context.ts';
import { removeCrds } from '../../../src/deployers/remove/leave-member.ts';
import { removeBroker } from '../../../src/deployers/remove/remove-broker.ts';
import { runTasksSilently } from '../../../src/base/tasks.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';
import { packageTemplates } from '../../helpers/package-templates.ts';

const OURS = { [MANAGED_BY]: MANAGED_BY_MCS };
const { signal } = new AbortController();
const clock = new FakeClock();

let client: MemoryClient;
let context: DeployContext;

beforeEach(() => {
  client = createMemoryClient({ now: () => clock.now() });
  context = { client, clock, templates: packageTemplates, version: '1.0.0', runTasks: runTasksSilently, signal };
});

function seedCrds(...names: readonly string[]): void {
  for (const name of names) client.seed(resources.customResourceDefinitions, { metadata: { name, labels: OURS } });
}

async function standingCrds(): Promise<string[]> {
  return (await client.list(resources.customResourceDefinitions)).items.map(({ metadata }) => metadata.name).sort();
}

describe('removeCrds() of leave', () => {
  const MEMBER = ['clusterproperties.about.k8s.io', 'endpoints.submariner.io', 'gateways.submariner.io', 'serviceexportpolicies.mcs.clusterset.local', 'serviceexports.multicluster.x-k8s.io', 'serviceimports.multicluster.x-k8s.io'];
  const removal = (): Parameters<typeof removeCrds>[1] => ({ client, isDryRun: false, clock, deadline: clock.monotonic(), leftovers: [] });
  const remove = (): ReturnType<typeof removeCrds> => removeCrds(context, removal(), { signal, update: () => undefined });

  it('removes all of them where nobody else has objects', async () => {
    seedCrds(...MEMBER);
    client.seed(resources.clusterProperties, { metadata: { name: 'clusterset.k8s.io', labels: OURS }, spec: { value: 'x' } });
    await remove();
    expect(await standingCrds()).toEqual([]);
  });

  it('never takes objects of others along, nor any ServiceExport or policy, whoever made it', async () => {
    seedCrds(...MEMBER);
    client.seed(resources.clusterProperties, { metadata: { name: 'region.example.com' }, spec: { value: 'west' } });
    client.seed(resources.serviceExports, { metadata: { name: 'web', namespace: 'shop', labels: OURS } });
    client.seed(resources.exportPolicies, { metadata: { name: 'all', labels: OURS } });
    client.seed(resources.serviceImports, { metadata: { name: 'web', namespace: 'shop' }, spec: { type: 'ClusterSetIP', ports: [] } });
    const { detail } = await remove();
    const kept = ['clusterproperties.about.k8s.io', 'serviceexportpolicies.mcs.clusterset.local', 'serviceexports.multicluster.x-k8s.io', 'serviceimports.multicluster.x-k8s.io'];
    expect(await standingCrds()).toEqual(kept);
    expect(detail).toContain(`${kept.join(', ')} stay`);
  });
});

describe('removeBroker(), CustomResourceDefinitions', () => {
  const BROKER = ['clusterjoins.mcs.clusterset.local', 'clusters.submariner.io', 'endpoints.submariner.io', 'serviceimports.multicluster.x-k8s.io'];
  const options = { brokerNamespace: BROKER_NAMESPACE, force: false, timeoutMs: 20_000 };

  it('leaves them to another broker in the cluster, with its members', async () => {
    seedCrds(...BROKER);
    client.seed(resources.deployments, { metadata: { name: 'mcs-desk', namespace: 'other-broker', labels: { ...OURS, 'app.kubernetes.io/component': 'desk' } } } as never);
    await removeBroker(context, options);
    expect(await standingCrds()).toEqual(BROKER);
  });

  it('leaves the kinds of which others have objects, and removes the rest', async () => {
    seedCrds(...BROKER);
    client.seed(resources.serviceImports, { metadata: { name: 'web', namespace: 'shop' }, spec: { type: 'ClusterSetIP', ports: [] } });
    await removeBroker(context, options);
    expect(await standingCrds()).toEqual(['serviceimports.multicluster.x-k8s.io']);
  });
});
