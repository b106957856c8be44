/** The how-to of the README: every command of it, on real clusters. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { APP_COMPONENT } from '../../src/api/labels.ts';
import { BROKER_NAMESPACE, MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { type Resource, resources } from '../../src/api/resources.ts';
import type { UnknownObject } from '../../src/api/types/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { assertOk, resolves, vanishes } from './lib/expectations.ts';
import { type E2eCluster, fleet } from './lib/fleet.ts';
import { inToolbox } from './lib/workloads.ts';
import { JOIN_FLAGS } from './setup.ts';

const NAME = 'nginx.nginx-test.svc.clusterset.local';
const SPREADING = { timeoutMs: 30_000, everyMs: 200 };
const [first, second] = fleet.clusters;

async function applyExample({ client }: E2eCluster, file: string): Promise<void> {
  for (const document of parseAllDocuments(readFileSync(resolve(import.meta.dirname, '../../examples', file), 'utf8'))) {
    const object = document.toJS() as UnknownObject;
    const resource = Object.values(resources).find(({ kind }) => kind === object.kind) as Resource;
    await client.apply(resource, object, { fieldManager: 'e2e', force: true });
  }
}

describe('the how-to', () => {
  it('joining again changes nothing', async () => {
    for (const cluster of fleet.clusters) {
      const { output } = assertOk(await cluster.mcs('join', 'broker-info.subm', '--clusterid', cluster.name, ...JOIN_FLAGS));
      assert.doesNotMatch(output, /: (created|updated)/);
    }
  });

  it('a service of the first cluster is found and answers in the second', { skip: !fleet.hasContainers && 'the sandbox runs no containers' }, async () => {
    await applyExample(first, 'nginx.yaml');
    await applyExample(second, 'namespace.yaml');
    assertOk(await first.mcs('export', 'service', 'nginx', '-n', 'nginx-test'));
    const [address] = await resolves(second, NAME, 1);
    const imported = await second.client.get(resources.serviceImports, 'nginx', 'nginx-test');
    assert.deepEqual(imported.spec.ips, [address]);
    await eventually(async () => {
      assertOk(await inToolbox(second, `curl -sS --max-time 3 http://${NAME}:8080/`), /nginx/);
    }, SPREADING);
  });

  it('our name server answers when asked directly', { skip: !fleet.hasContainers && 'the sandbox runs no containers' }, async () => {
    const { items } = await second.client.list(resources.pods, { namespace: MEMBER_NAMESPACE, labelSelector: `${APP_COMPONENT}=dns` });
    assert.equal(items.length, 2);
    for (const { status } of items) assertOk(await inToolbox(second, `dig +short ${NAME} @${status?.podIP ?? ''}`), /^\d+\.\d+\.\d+\.\d+$/m);
  });

  it('the broker shows one row for each service and cluster', async () => {
    const { items } = await first.client.list(resources.serviceImports, { namespace: BROKER_NAMESPACE });
    const row = items.find(({ metadata }) => metadata.name === `nginx.nginx-test.${first.name}`);
    const source = await first.client.get(resources.services, 'nginx', 'nginx-test');
    assert(row !== undefined);
    assert.equal(row.metadata.annotations?.['cluster-ip'], source.spec.clusterIP);
    assert.equal(row.metadata.labels?.['lighthouse.submariner.io/sourceCluster'], first.name);
    const slices = await first.client.list(resources.endpointSlices, { namespace: BROKER_NAMESPACE, labelSelector: 'multicluster.kubernetes.io/service-name=nginx' });
    assert.equal(slices.items.length, 1);
  });

  it('show and diagnose say that all is well', async () => {
    assertOk(await fleet.mcs('show', 'all'), new RegExp(second.name));
    assertOk(await fleet.mcs('diagnose', 'all'));
  });

  it('a service that is exported no longer is gone', { skip: !fleet.hasContainers && 'the sandbox runs no containers' }, async () => {
    assertOk(await first.mcs('unexport', 'service', 'nginx', '-n', 'nginx-test'));
    for (const cluster of fleet.clusters) await vanishes(cluster, NAME);
  });
});
