import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BROKER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createJoinKey } from '../../src/broker-info/index.ts';
import { deployBroker, join, type JoinOptions } from '../../src/deployers/index.ts';
import type { FleetContext } from '../../src/deployers/deploy-context.ts';
import { type DeployFleet, snapshot, startFleet } from '../helpers/deploy-fleet.ts';
import { eventually } from '../helpers/eventually.ts';
import { rejection } from '../helpers/thrown.ts';

let fleet: DeployFleet;
let stopDesk: () => Promise<void>;
let nobody = '';

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.deployBroker();
  stopDesk = await fleet.startDesk();
  await fleet.join(0);
  nobody = await fleet.createNobody(1);
  const text = await readFile(fleet.infoFile, 'utf8');
  await writeFile(`${fleet.infoFile}.cut`, text.slice(0, -40));
  await writeFile(`${fleet.infoFile}.altered`, text.replace(/[a-f]/, (letter) => (letter === 'a' ? 'b' : 'a')));
  await writeFile(`${fleet.infoFile}.subctl`, Buffer.from(JSON.stringify({ brokerURL: 'https://old:6443' })).toString('base64url'));
});

afterAll(async () => {
  await stopDesk();
  await fleet.stop();
});

const both = (): Promise<unknown> => Promise.all([snapshot(fleet.admin(0)), snapshot(fleet.admin(1))]);

/** The join fails with this error, and neither cluster has changed. */
async function expectRefusal(attempt: Promise<unknown>, expected: Record<string, unknown>): Promise<void> {
  const before = await both();
  const error = await rejection(attempt);
  expect(error).toMatchObject({ hints: expect.arrayContaining([expect.any(String)]), ...expected });
  expect(await both()).toEqual(before);
}

interface Row {
  readonly title: string;
  readonly more: () => Partial<JoinOptions>;
  readonly code: string;
  readonly exitCode: number;
  readonly message?: RegExp;
}

const ROWS: readonly Row[] = [
  { title: 'a wrong key', more: () => ({ keys: { configDir: fleet.directory, key: createJoinKey() } }), code: 'MCS_BROKER_INFO_KEY_WRONG', exitCode: 1 },
  { title: 'a missing key', more: () => ({ keys: { configDir: fleet.directory } }), code: 'MCS_BROKER_INFO_KEY_MISSING', exitCode: 2 },
  { title: 'a missing file', more: () => ({ infoFile: `${fleet.infoFile}.absent` }), code: 'MCS_BROKER_INFO_NOT_FOUND', exitCode: 2 },
  { title: 'a truncated file', more: () => ({ infoFile: `${fleet.infoFile}.cut` }), code: 'MCS_BROKER_INFO_MALFORMED', exitCode: 1 },
  { title: 'an altered file', more: () => ({ infoFile: `${fleet.infoFile}.altered` }), code: 'MCS_BROKER_INFO_MALFORMED', exitCode: 1 },
  { title: 'a file of subctl', more: () => ({ infoFile: `${fleet.infoFile}.subctl` }), code: 'MCS_BROKER_INFO_SUBCTL', exitCode: 1 },
  { title: 'a broker whose name does not resolve', more: () => ({ brokerUrl: 'https://broker.invalid:6443' }), code: 'MCS_BROKER_UNREACHABLE', exitCode: 6, message: /name/ },
  { title: 'a broker that refuses connections', more: () => ({ brokerUrl: 'https://127.0.0.1:1' }), code: 'MCS_BROKER_UNREACHABLE', exitCode: 6, message: /refused/ },
  { title: 'a broker with another CA', more: () => ({ brokerUrl: fleet.server(1) }), code: 'MCS_BROKER_PIN_MISMATCH', exitCode: 6 },
  { title: 'a cluster id that is no DNS label', more: () => ({ clusterID: 'West.1' }), code: 'MCS_CLUSTER_ID_INVALID', exitCode: 2 },
  { title: 'a cluster id of another cluster', more: () => ({ clusterID: 'cluster0' }), code: 'MCS_CLUSTER_ID_TAKEN', exitCode: 1 },
  { title: 'overlapping pod CIDRs', more: () => ({ clusterCidr: '10.16.64.0/18' }), code: 'MCS_CIDR_OVERLAP', exitCode: 1, message: /10\.16\.64\.0\/18 of "cluster1".*10\.16\.0\.0\/16 of "cluster0"/ },
  { title: 'pods where another member has its nodes', more: () => ({ clusterCidr: `${fleet.nodeAddress(0)}/32` }), code: 'MCS_CIDR_OVERLAP', exitCode: 1, message: /"cluster0"/ },
  { title: 'a malformed CIDR', more: () => ({ clusterCidr: '10.16/16' }), code: 'MCS_CIDR_INVALID', exitCode: 2 },
  { title: 'an IPv6 CIDR', more: () => ({ serviceCidr: 'fd00::/112' }), code: 'MCS_CIDR_INVALID', exitCode: 2, message: /IPv4 only/ },
  { title: 'a multicast CIDR', more: () => ({ clusterCidr: '224.16.0.0/16' }), code: 'MCS_CIDR_INVALID', exitCode: 2 },
  { title: 'an unknown cable driver', more: () => ({ settings: { cableDriver: 'libreswan' } }), code: 'MCS_CABLE_DRIVER_UNKNOWN', exitCode: 2 },
  { title: 'a gateway node that does not exist', more: () => ({ gatewayNode: 'nowhere' }), code: 'MCS_NODE_NOT_FOUND', exitCode: 2 },
];

describe('join() refuses, and writes nothing,', () => {
  it.each(ROWS)('$title', async ({ more, code, exitCode, message }) => {
    await expectRefusal(fleet.join(1, more()), { code, exitCode, ...(message && { message: expect.stringMatching(message) }) });
  });

  it('and leaves no client of the broker open', async () => {
    let open = 0;
    const connect: FleetContext['connect'] = (access) => {
      const client = fleet.context(1).connect(access);
      open += 1;
      return { ...client, server: client.server, find: client.find.bind(client), list: client.list.bind(client), get: client.get.bind(client), canI: client.canI.bind(client), getPath: client.getPath.bind(client), close: () => { open -= 1; client.close(); } };
    };
    await expectRefusal(join({ ...fleet.context(1), connect }, { ...fleet.joinOptions(1), clusterID: 'cluster0' }), { code: 'MCS_CLUSTER_ID_TAKEN' });
    expect(open).toBe(0);
  });

  it('an expired file', async () => {
    const later = { ...systemClock, now: () => Date.now() + 2 * 86_400_000 };
    await expectRefusal(join({ ...fleet.context(1), clock: later }, fleet.joinOptions(1)), { code: 'MCS_BROKER_INFO_EXPIRED', exitCode: 1 });
  });

  it('a user without permissions, and lists them', async () => {
    await expectRefusal(join(fleet.context(1, nobody), fleet.joinOptions(1)), { code: 'MCS_FORBIDDEN', exitCode: 6, message: expect.stringMatching(/create.*namespaces.*secrets in namespace "submariner-operator"/) });
  });

  it('a user whom the cluster does not know', async () => {
    await expectRefusal(join(fleet.context(1, 'no-such-token'), fleet.joinOptions(1)), { code: 'MCS_UNAUTHORIZED', exitCode: 6 });
  });

  it('a cluster id that this cluster did not join with', async () => {
    await expectRefusal(fleet.join(0, { clusterID: 'other' }), { code: 'MCS_CLUSTER_ID_CHANGED' });
  });

  it('a cluster that another engine serves', async () => {
    await fleet.admin(1).create(resources.namespaces, { metadata: { name: 'karmada-system' } });
    const labels = { app: 'karmada-agent' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'a' }] } };
    await fleet.admin(1).create(resources.deployments, { metadata: { name: 'karmada-agent', namespace: 'karmada-system' }, spec: { selector: { matchLabels: labels }, template } });
    await expectRefusal(fleet.join(1), { code: 'MCS_ENGINE_CONFLICT', message: expect.stringContaining('Karmada (Deployment karmada-system/karmada-agent)') });
    await fleet.admin(1).delete(resources.deployments, 'karmada-agent', 'karmada-system');
  });

  it('a CRD of another installer that does not serve our version', async () => {
    const versions = [{ name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }];
    const names = { kind: 'ServiceExport', listKind: 'ServiceExportList', plural: 'serviceexports', singular: 'serviceexport' };
    const name = 'serviceexports.multicluster.x-k8s.io';
    await fleet.admin(1).create(resources.customResourceDefinitions, { metadata: { name }, spec: { group: 'multicluster.x-k8s.io', scope: 'Namespaced', names, versions } });
    await eventually(async () => JSON.stringify(await fleet.admin(1).find(resources.customResourceDefinitions, name)).includes('Established'));
    await expectRefusal(fleet.join(1), { code: 'MCS_API_VERSION_MISSING', message: expect.stringContaining('v1beta1') });
    await fleet.admin(1).delete(resources.customResourceDefinitions, name);
  });

  // last, because it revokes the file that the others use
  it('a revoked credential', async () => {
    const { items } = await fleet.admin(0).list(resources.secrets, { namespace: BROKER_NAMESPACE, labelSelector: 'mcs.clusterset.local/join-token-id' });
    for (const { metadata } of items) await fleet.admin(0).delete(resources.secrets, metadata.name, BROKER_NAMESPACE);
    // real API servers go on accepting it for up to 10 s
    await eventually(async () => (await rejection(fleet.join(1, { dryRun: true })) as { code?: string }).code === 'MCS_JOIN_TOKEN_REJECTED', { timeoutMs: 15_000, everyMs: 200 });
    await expectRefusal(fleet.join(1), { code: 'MCS_JOIN_TOKEN_REJECTED', exitCode: 6 });
  });
});

describe('deployBroker() refuses, and writes nothing,', () => {
  it.each([
    ['a directory that does not exist', () => `${fleet.directory}/absent/broker-info.subm`],
    ['a path inside a file', () => `${fleet.infoFile}/broker-info.subm`],
    ['a file system that takes no files', () => '/proc/broker-info.subm'],
  ])('%s', async (_title, outputFile) => {
    const options = fleet.brokerOptions({ outputFile: outputFile(), kubeconfigCa: fleet.ca(1) });
    await expectRefusal(deployBroker(fleet.context(1), options), { code: 'MCS_BROKER_INFO_WRITE', exitCode: 1 });
  });

  it('a configuration directory that cannot be written', async () => {
    await expectRefusal(deployBroker(fleet.context(1), fleet.brokerOptions({ configDir: `${fleet.infoFile}/config`, kubeconfigCa: fleet.ca(1) })), { code: 'MCS_BROKER_INFO_WRITE' });
  });

  it('a user without permissions', async () => {
    await expectRefusal(deployBroker(fleet.context(1, nobody), fleet.brokerOptions({ kubeconfigCa: fleet.ca(1) })), { code: 'MCS_FORBIDDEN' });
  });

  it('a broker URL that is none, or that nobody serves', async () => {
    await expectRefusal(deployBroker(fleet.context(1), fleet.brokerOptions({ brokerUrl: 'ftp://x' })), { code: 'MCS_USAGE' });
    await expectRefusal(deployBroker(fleet.context(1), fleet.brokerOptions({ brokerUrl: 'https://127.0.0.1:1' })), { code: 'MCS_BROKER_UNREACHABLE' });
  });
});
