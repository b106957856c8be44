import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BROKER_NAMESPACE, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { CableEndpoint } from '../../../src/api/types/index.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { credentialData } from '../../../src/broker-info/member-credential.ts';
import { Publication } from '../../../src/gateway/publication.ts';
import { eventually } from '../../helpers/eventually.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { gatewaySettings } from '../../helpers/gateway-settings.ts';
import { cableSpec } from '../../helpers/member-records.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';

const SPEC = cableSpec('east', '192.0.2.1', { hostname: 'e1' });
const end = new AbortController();
let local: MemoryClient;
let broker: MemoryClient;
let clock: FakeClock;
let role: { isActive: boolean; isCandidate: boolean; isConfirmed: boolean };
/** As the watch of the cluster has it. */
let endpoints: CableEndpoint[];
let publication: Publication;

function setRole(isGateway: boolean): void {
  Object.assign(role, { isActive: isGateway, isCandidate: isGateway, isConfirmed: isGateway });
}

async function count(client: MemoryClient, namespace: string): Promise<number> {
  endpoints = (await local.list(resources.cableEndpoints, { namespace: MEMBER_NAMESPACE })).items;
  return (await client.list(resources.cableEndpoints, { namespace })).items.length;
}

const waitFor = (here: number, there: number): Promise<void> => eventually(async () => {
  await clock.advance(10);
  expect([await count(local, MEMBER_NAMESPACE), await count(broker, BROKER_NAMESPACE)]).toEqual([here, there]);
}).then(() => undefined);

beforeEach(async () => {
  [local, broker, clock, endpoints, role] = [createMemoryClient(), createMemoryClient(), new FakeClock(), [], { isActive: true, isCandidate: true, isConfirmed: true }];
  const data = credentialData({ server: 'https://broker.example:6443', ca: '', namespace: BROKER_NAMESPACE, clusterID: 'east', token: 't', issuedAt: 0, expiresAt: 1_000_000 });
  local.seed(resources.secrets, { metadata: { name: MEMBER_BROKER_SECRET, namespace: MEMBER_NAMESPACE }, data });
  const state = (): { endpoints: CableEndpoint[]; nodes: Set<string>; gatewayNodes: Set<string> } => ({ endpoints, nodes: new Set(['e1']), gatewayNodes: new Set(['e1']) });
  publication = new Publication({ client: local, settings: gatewaySettings(), connectBroker: () => broker, podName: 'p', role, state, localEndpoint: () => SPEC, clock, logger: silentLogger });
  await publication.start(end.signal);
  await publication.follow(true);
  publication.request();
  await waitFor(1, 1);
});

afterEach(() => publication.stop());

describe('Publication', () => {
  it('of a last gateway that lost its label goes after 5 s, here and on the broker', async () => {
    setRole(false);
    await publication.follow(false);
    await clock.advance(4_000);
    expect([await count(local, MEMBER_NAMESPACE), await count(broker, BROKER_NAMESPACE)]).toEqual([1, 1]);
    await clock.advance(1_500);
    await waitFor(0, 0);
  });

  it('stays where the label comes back in time', async () => {
    setRole(false);
    await publication.follow(false);
    await clock.advance(4_000);
    setRole(true);
    await publication.follow(true);
    await clock.advance(10_000);
    await waitFor(1, 1);
  });

  it('comes back with the label', async () => {
    setRole(false);
    await publication.follow(false);
    await clock.advance(6_000);
    await waitFor(0, 0);
    setRole(true);
    await publication.follow(true);
    publication.request();
    await waitFor(1, 1);
  });

  it('says why it could not be written, until it was', async () => {
    expect(publication.problem).toBeUndefined();
    const [standing] = endpoints;
    await local.delete(resources.cableEndpoints, standing?.metadata.name ?? '', MEMBER_NAMESPACE);
    local.seed(resources.cableEndpoints, { metadata: { name: standing?.metadata.name ?? '', namespace: MEMBER_NAMESPACE }, spec: SPEC });
    endpoints = [];
    publication.request();
    await eventually(() => expect(publication.problem).toContain('Cannot publish this gateway: Cannot write Endpoint'));
    await local.delete(resources.cableEndpoints, standing?.metadata.name ?? '', MEMBER_NAMESPACE);
    await eventually(async () => {
      await clock.advance(15_000);
      expect(publication.problem).toBeUndefined();
    });
  });
});
