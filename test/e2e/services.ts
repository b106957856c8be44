/** Rules of KEP-1645, seen from pods. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { APP_COMPONENT } from '../../src/api/labels.ts';
import { MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { Pod } from '../../src/api/types/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { answeredBy, assertOk, lookUp, nameOf, resolves, vanishes } from './lib/expectations.ts';
import { type E2eCluster, fleet } from './lib/fleet.ts';
import { applyService, ensureNamespace, inToolbox, NAMESPACE, scale, serve } from './lib/workloads.ts';

const [first, second] = fleet.clusters;
const SPREADING = { timeoutMs: 30_000, everyMs: 200 };
const skip = !fleet.hasContainers && 'the sandbox runs no containers';

async function exportService(cluster: E2eCluster, name: string, namespace = NAMESPACE, ...flags: string[]): Promise<void> {
  assertOk(await cluster.mcs('export', 'service', name, '-n', namespace, ...flags));
}

async function conditionOf({ client }: E2eCluster, name: string, type: string): Promise<string> {
  const { status } = await client.get(resources.serviceExports, name, NAMESPACE);
  const found = status?.conditions?.find((condition) => condition.type === type);
  return `${found?.status ?? ''} ${found?.reason ?? ''}`;
}

async function expectCondition(cluster: E2eCluster, name: string, type: string, expected: string): Promise<void> {
  await eventually(async () => assert.equal(await conditionOf(cluster, name, type), expected, `${type} of ${name} in ${cluster.name}`), SPREADING);
}

/** Deletes the pods of our name servers, and waits until others are ready. */
async function restartDns({ client }: E2eCluster): Promise<void> {
  const list = async (): Promise<readonly Pod[]> => (await client.list(resources.pods, { namespace: MEMBER_NAMESPACE, labelSelector: `${APP_COMPONENT}=dns` })).items;
  const old = await list();
  assert.ok(old.length > 0, 'no pod of mcs-dns');
  await Promise.all(old.map(({ metadata }) => client.delete(resources.pods, metadata.name, MEMBER_NAMESPACE)));
  const gone = new Set(old.map(({ metadata }) => metadata.uid));
  await eventually(async () => {
    const ready = (await list()).filter(({ metadata, status }) => !gone.has(metadata.uid) && status?.containerStatuses?.every((each) => each.ready) === true);
    assert.ok(ready.length >= old.length, `${ready.length} of ${old.length} pods of mcs-dns are ready`);
  }, { timeoutMs: 60_000, everyMs: 200 });
}

describe('services', { skip }, () => {
  it('a name that is not exported does not resolve, though the Service exists (E1)', async () => {
    await serve(first, 'private');
    await resolves(first, 'private.mcs-e2e.svc.cluster.local', 1);
    for (const cluster of fleet.clusters) assert.deepEqual(await lookUp(cluster, nameOf('private')), []);
  });

  it('a service of one cluster is answered by it, from every cluster, by its short name too (E2, I1, D2)', async () => {
    await serve(first, 'one');
    await exportService(first, 'one');
    for (const cluster of fleet.clusters) {
      await resolves(cluster, nameOf('one'), 1);
      await answeredBy(cluster, `http://${nameOf('one')}/`, [first.name]);
    }
    assertOk(await inToolbox(second, `nslookup ${nameOf('one')}`), /Address/);
    assertOk(await inToolbox(first, 'curl -sS --max-time 3 http://one/'), new RegExp(first.name));
  });

  it('exports of two clusters are one service, and both answer (E2, C3)', async () => {
    for (const cluster of fleet.clusters) {
      await serve(cluster, 'both');
      await exportService(cluster, 'both');
    }
    for (const cluster of fleet.clusters) await answeredBy(cluster, `http://${nameOf('both')}/`, [first.name, second.name]);
    assertOk(await second.mcs('unexport', 'service', 'both', '-n', NAMESPACE));
    for (const cluster of fleet.clusters) await answeredBy(cluster, `http://${nameOf('both')}/`, [first.name]);
  });

  it('a port of the same name with another number only reaches the winner, and all exporters hear of it (C1, C4)', async () => {
    await serve(first, 'ports');
    await exportService(first, 'ports');
    await resolves(second, nameOf('ports'), 1);
    await serve(second, 'ports', { service: { ports: [{ name: 'http', port: 81, targetPort: 8080, protocol: 'TCP' }] } });
    await exportService(second, 'ports');
    for (const cluster of fleet.clusters) await expectCondition(cluster, 'ports', 'Conflict', 'True PortConflict');
    for (const cluster of fleet.clusters) await answeredBy(cluster, `http://${nameOf('ports')}/`, [first.name]);
  });

  it('pods of a headless StatefulSet have names of their own (D5, D6, D7)', async () => {
    await serve(first, 'set', { kind: 'StatefulSet', replicas: 2, service: { clusterIP: 'None' } });
    await exportService(first, 'set');
    const all = await resolves(second, nameOf('set'), 2);
    const pods = await Promise.all(['set-0', 'set-1'].map((pod) => resolves(second, `${pod}.${first.name}.${nameOf('set')}`, 1)));
    assert.deepEqual(pods.flat().sort(), all);
    const { stdout } = assertOk(await inToolbox(second, `curl -sS --max-time 3 http://set-1.${first.name}.${nameOf('set')}:8080/`));
    assert.equal(stdout.trim(), `${first.name} set-1`);
    const srv = assertOk(await inToolbox(second, `dig +short SRV _http._tcp.${nameOf('set')}`));
    assert.equal(srv.stdout.trim().split('\n').length, 2);
  });

  it('NodePort and LoadBalancer are shared as what they are inside, an ExternalName is refused (E4)', async () => {
    await serve(first, 'nodeport', { service: { type: 'NodePort' } });
    await exportService(first, 'nodeport');
    await answeredBy(second, `http://${nameOf('nodeport')}/`, [first.name]);
    await first.client.apply(resources.services, { metadata: { name: 'outside', namespace: NAMESPACE }, spec: { type: 'ExternalName', externalName: 'example.org' } }, { fieldManager: 'e2e', force: true });
    await first.client.apply(resources.serviceExports, { metadata: { name: 'outside', namespace: NAMESPACE } }, { fieldManager: 'e2e', force: true });
    await expectCondition(first, 'outside', 'Valid', 'False InvalidServiceType');
  });

  it('a service follows its Service: other ports, deleted, made again (E3)', async () => {
    await serve(first, 'changing');
    await exportService(first, 'changing');
    await answeredBy(second, `http://${nameOf('changing')}/`, [first.name]);
    await applyService(first, 'changing', { ports: [{ name: 'http', port: 90, targetPort: 8080, protocol: 'TCP' }] });
    await answeredBy(second, `http://${nameOf('changing')}:90/`, [first.name]);
    await first.client.delete(resources.services, 'changing', NAMESPACE);
    await expectCondition(first, 'changing', 'Valid', 'False NoService');
    await vanishes(second, nameOf('changing'));
    await applyService(first, 'changing');
    await answeredBy(second, `http://${nameOf('changing')}/`, [first.name]);
  });

  it('a namespace that comes later imports what is there (I1)', async () => {
    await serve(first, 'early', { namespace: 'mcs-e2e-late' });
    try {
      await exportService(first, 'early', 'mcs-e2e-late');
      await resolves(first, nameOf('early', 'mcs-e2e-late'), 1);
      assert.deepEqual(await lookUp(second, nameOf('early', 'mcs-e2e-late')), []);
      await ensureNamespace(second, 'mcs-e2e-late');
      await answeredBy(second, `http://${nameOf('early', 'mcs-e2e-late')}/`, [first.name]);
    } finally {
      await Promise.all(fleet.clusters.map(({ client }) => client.delete(resources.namespaces, 'mcs-e2e-late')));
    }
  });

  it('a policy keeps calls at home while there is somebody at home', async () => {
    for (const cluster of fleet.clusters) {
      await serve(cluster, 'home');
      await exportService(cluster, 'home', NAMESPACE, '--policy', 'local');
    }
    for (const cluster of fleet.clusters) await answeredBy(cluster, `http://${nameOf('home')}/`, [cluster.name]);
    await scale(second, 'home', 0);
    await answeredBy(second, `http://${nameOf('home')}/`, [first.name]);
  });

  it('name servers that start while a service has no pods answer for the others, and for it once it has (D8)', async () => {
    for (const name of ['empty', 'beside']) {
      await serve(first, name);
      await exportService(first, name);
      await answeredBy(second, `http://${nameOf(name)}/`, [first.name]);
    }
    await scale(first, 'empty', 0);
    await restartDns(second);
    await resolves(second, nameOf('beside'), 1);
    await scale(first, 'empty', 1);
    await answeredBy(second, `http://${nameOf('empty')}/`, [first.name]);
  });
});
