import { setTimeout as delay } from 'node:timers/promises';
import { MCS_SERVICE_NAME, MCS_SOURCE_CLUSTER, MEMBER, WINNER } from '../../../src/api/labels.ts';
import { resources } from '../../../src/api/resources.ts';
import type { ServiceImport } from '../../../src/api/types/index.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { eventually } from '../../helpers/eventually.ts';
import type { Finding } from './broker-side.ts';
import { memberEndpoints, memberImport, type MemberService } from '../../helpers/member-records.ts';

/** A cluster whose controller imports from the broker. */
export interface Importer {
  readonly name: string;
  readonly client: KubeClient;
}

export interface ImporterSide {
  readonly admin: KubeClient;
  readonly brokerNamespace: string;
  readonly hostile: { readonly cluster: string; readonly client: KubeClient };
  readonly victim: { readonly cluster: string; readonly client: KubeClient };
  readonly importers: readonly Importer[];
  /** A namespace that all importers have, and one that none has. */
  readonly shared: string;
  readonly missing: string;
}

/** Granted to the members that play here (RFC 5737). */
export const HOSTILE_RANGE = '192.0.2.0/24';
export const VICTIM_RANGE = '198.51.100.0/24';
const OWN_ADDRESS = '192.0.2.10';
/** Nobody's. */
const OUTSIDE = '203.0.113.1';
const VICTIM_ADDRESS = '198.51.100.10';
const WAIT = { timeoutMs: 30_000, everyMs: 100 };

async function write(side: ImporterSide, who: 'hostile' | 'victim', service: Omit<MemberService, 'cluster'>, addresses: readonly string[]): Promise<void> {
  const { cluster, client } = side[who];
  const full = { cluster, ...service };
  await client.create(resources.endpointSlices, memberEndpoints(full, addresses, side.brokerNamespace));
  await client.create(resources.serviceImports, memberImport(full, side.brokerNamespace));
}

async function importedAddresses({ client }: Importer, namespace: string, service: string, cluster: string): Promise<string[]> {
  const { items } = await client.list(resources.endpointSlices, { namespace, labelSelector: `${MCS_SERVICE_NAME}=${service},${MCS_SOURCE_CLUSTER}=${cluster},!${MEMBER}` }); // where the broker is, its records have the label MEMBER
  return items.flatMap(({ endpoints }) => endpoints ?? []).flatMap(({ addresses }) => addresses).toSorted();
}

function rejectionOf({ status }: ServiceImport): string {
  return status?.conditions?.find(({ type, status: state }) => type.endsWith('/Rejected') && state === 'True')?.message ?? '';
}

function expectSame(what: string, found: readonly string[], wanted: readonly string[]): void {
  if (found.join() !== wanted.join()) throw new Error(`Isolation: ${what}: ${found.join(', ') || 'nothing'}, expected: ${wanted.join(', ') || 'nothing'}`);
}

/** Addresses that no importer may accept of this member, whatever it was granted. */
async function forbiddenAddresses({ admin, brokerNamespace, hostile }: ImporterSide): Promise<string[]> {
  const { items } = await admin.list(resources.clusters, { namespace: brokerNamespace });
  const others = items.filter(({ metadata }) => metadata.name !== hostile.cluster).flatMap(({ spec }) => [...spec.cluster_cidr, ...(spec.node_cidr ?? [])]);
  // the first usable address of each range of an older member, the importers themselves among them
  const theirs = others.map((cidr) => cidr.split('/')[0] ?? '').filter((address) => address.includes('.')).map((address) => address.replace(/\.0$/, '.9'));
  return ['239.1.2.3', OUTSIDE, ...theirs];
}

/** Endpoints outside the granted ranges are left out, one by one, and reported. */
async function refuseAddresses(side: ImporterSide): Promise<Finding[]> {
  const { shared, hostile, importers } = side;
  const service = { namespace: shared, service: 'addresses' };
  await write(side, 'hostile', service, [...(await forbiddenAddresses(side)), OWN_ADDRESS]);
  const findings: Finding[] = [];
  for (const importer of importers) findings.push(await expectRefusal(importer, side, service, 'endpoints outside its own ranges'));
  // as if the broker itself were compromised: what is another's stays refused even where it is granted
  await side.admin.patch(resources.clusters, hostile.cluster, side.brokerNamespace, 'application/merge-patch+json', { spec: { cluster_cidr: [HOSTILE_RANGE, '0.0.0.0/0'] } });
  const granted = { namespace: shared, service: 'granted' };
  const forbidden = (await forbiddenAddresses(side)).filter((address) => address !== OUTSIDE);
  await write(side, 'hostile', granted, [...forbidden, OWN_ADDRESS]);
  for (const importer of importers) findings.push(await expectRefusal(importer, side, granted, 'endpoints of others though everything is granted'));
  await side.admin.patch(resources.clusters, hostile.cluster, side.brokerNamespace, 'application/merge-patch+json', { spec: { cluster_cidr: [HOSTILE_RANGE] } });
  return findings;
}

async function expectRefusal(importer: Importer, { hostile }: ImporterSide, { namespace, service }: Omit<MemberService, 'cluster'>, attempt: string): Promise<Finding> {
  await eventually(async () => expectSame(`${importer.name} imports of ${service}`, await importedAddresses(importer, namespace, service, hostile.cluster), [OWN_ADDRESS]), WAIT);
  const evidence = await eventually(async () => {
    const message = rejectionOf(await importer.client.get(resources.serviceImports, service, namespace));
    return message !== '' && message;
  }, WAIT);
  return { attempt: `${attempt} (${importer.name})`, refusedBy: 'importer', evidence: evidence.replaceAll('\n', '; ') };
}

/** Nothing arrives in system namespaces, and no namespace comes into being. */
async function refuseNamespaces(side: ImporterSide): Promise<Finding[]> {
  const namespaces = ['kube-system', 'submariner-operator', side.brokerNamespace, side.missing];
  const service = 'foreign-namespace';
  for (const namespace of namespaces) await write(side, 'hostile', { namespace, service }, [OWN_ADDRESS]);
  await write(side, 'hostile', { namespace: side.shared, service: 'sentinel' }, [OWN_ADDRESS]);
  for (const importer of side.importers) {
    await eventually(async () => expectSame(`${importer.name} imports of the sentinel`, await importedAddresses(importer, side.shared, 'sentinel', side.hostile.cluster), [OWN_ADDRESS]), WAIT);
    for (const namespace of namespaces) expectSame(`${importer.name} imports to ${namespace}`, await importedAddresses(importer, namespace, service, side.hostile.cluster), []);
    if ((await importer.client.find(resources.namespaces, side.missing)) !== undefined) throw new Error(`Isolation: ${importer.name} made namespace "${side.missing}"`);
  }
  return side.importers.map(({ name }) => ({ attempt: `place objects into ${namespaces.join(', ')} (${name})`, refusedBy: 'importer', evidence: 'nothing was imported there, and no namespace was made' }));
}

/** Who exports first decides, whatever a later exporter says about itself. */
async function refusePrecedence(side: ImporterSide): Promise<Finding[]> {
  const service = { namespace: side.shared, service: 'precedence' };
  await write(side, 'victim', service, [VICTIM_ADDRESS]);
  await delay(1_100); // times on the broker count in seconds
  const forged = memberImport({ cluster: side.hostile.cluster, ...service }, side.brokerNamespace);
  forged.metadata.creationTimestamp = '2000-01-01T00:00:00Z';
  forged.metadata.annotations = { ...forged.metadata.annotations, [WINNER]: side.hostile.cluster, 'mcs.clusterset.local/exported-annotations': JSON.stringify({ [WINNER]: side.hostile.cluster }) };
  forged.spec.ports = [{ name: 'http', protocol: 'TCP', port: 6666 }];
  await side.hostile.client.create(resources.serviceImports, forged);
  const findings: Finding[] = [];
  for (const importer of side.importers) {
    const seen = await eventually(async () => {
      const found = await importer.client.get(resources.serviceImports, service.service, service.namespace);
      expectSame(`clusters of the import in ${importer.name}`, (found.status?.clusters ?? []).map(({ cluster }) => cluster).toSorted(), [side.hostile.cluster, side.victim.cluster].toSorted());
      return found;
    }, WAIT);
    const { [WINNER]: winner = '' } = seen.metadata.annotations ?? {};
    expectSame(`winner in ${importer.name}`, [winner, ...seen.spec.ports.map(({ port }) => String(port))], [side.victim.cluster, '80']);
    findings.push({ attempt: `take a service over with forged precedence (${importer.name})`, refusedBy: 'importer', evidence: `the winner is ${winner}` });
  }
  return findings;
}

/** What importers do with records that the broker had to accept, because they are the hostile member's own. */
export async function tryImporters(side: ImporterSide): Promise<Finding[]> {
  if (side.importers.length === 0) return [];
  return [...(await refuseAddresses(side)), ...(await refuseNamespaces(side)), ...(await refusePrecedence(side))];
}
