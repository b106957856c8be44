import { describe, expect, it } from '@jest/globals';
import { MANAGED_BY, MANAGED_BY_MCS, MEMBER } from '../../../src/api/labels.ts';
import { BROKER_NAMESPACE, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { CableEndpoint } from '../../../src/api/types/index.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { CableSync } from '../../../src/controller/cable-sync.ts';
import { DEFAULT_LIMITS } from '../../../src/controller/settings.ts';
import { ObjectCache } from '../../../src/sync/object-cache.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { cableSpec, memberCable } from '../../helpers/member-records.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';

const RANGES = { podCIDRs: ['10.1.0.0/16'], serviceCIDRs: [], nodeCIDRs: [] };
const SETTINGS = { ...RANGES, clusterID: 'west', memberNamespace: MEMBER_NAMESPACE, brokerNamespace: BROKER_NAMESPACE, connectivity: true, simulated: false, identity: 'pod', limits: DEFAULT_LIMITS };

interface Trial {
  readonly clock: FakeClock;
  readonly cables: CableSync;
  readonly gateways: ObjectCache<CableEndpoint>;
  announced(): Promise<string[]>;
}

/** The controller of "west", with an end of west's and one of east's on the broker. */
async function trial(): Promise<Trial> {
  const clock = new FakeClock();
  const [localClient, brokerClient] = [createMemoryClient(), createMemoryClient()];
  for (const [cluster, address] of [['west', '192.0.2.2'], ['east', '192.0.2.1']] as const) {
    const { metadata, spec } = memberCable(cluster, address, BROKER_NAMESPACE);
    brokerClient.seed(resources.cableEndpoints, { metadata, spec });
  }
  const gateways = new ObjectCache<CableEndpoint>({ clock });
  const cables = new CableSync({ localClient, brokerClient, settings: SETTINGS, local: gateways, clusters: () => [], rejections: { note: () => undefined }, clock, logger: silentLogger });
  const announced = async (): Promise<string[]> => (await brokerClient.list(resources.cableEndpoints, { namespace: BROKER_NAMESPACE })).items.map(({ spec }) => spec.cluster_id).toSorted();
  await cables.start(new AbortController().signal);
  return { clock, cables, gateways, announced };
}

function gatewayEnd(): CableEndpoint {
  const metadata = { name: 'own', namespace: MEMBER_NAMESPACE, uid: 'u', resourceVersion: '1', labels: { [MANAGED_BY]: MANAGED_BY_MCS, [MEMBER]: 'west' } };
  return { apiVersion: 'submariner.io/v1', kind: 'Endpoint', metadata, spec: cableSpec('west', '192.0.2.2') };
}

describe('CableSync: the own end on the broker', () => {
  it('stays while there is a gateway', async () => {
    const { clock, cables, gateways, announced } = await trial();
    gateways.accept(gatewayEnd());
    cables.refresh();
    await clock.advance(120_000);
    expect(await announced()).toEqual(['east', 'west']);
    await cables.stop();
  });

  it('goes when there has been none for 30 s, and no other goes', async () => {
    const { clock, cables, announced } = await trial();
    await clock.advance(25_000);
    expect(await announced()).toEqual(['east', 'west']);
    await clock.advance(10_000);
    expect(await announced()).toEqual(['east']);
    await cables.stop();
  });

  it('stays where another gateway comes in time', async () => {
    const { clock, cables, gateways, announced } = await trial();
    await clock.advance(20_000);
    gateways.accept(gatewayEnd());
    cables.refresh();
    await clock.advance(5_000);
    gateways.drop(gatewayEnd());
    cables.refresh();
    await clock.advance(20_000);
    expect(await announced()).toEqual(['east', 'west']);
    await clock.advance(20_000);
    expect(await announced()).toEqual(['east']);
    await cables.stop();
  });
});
