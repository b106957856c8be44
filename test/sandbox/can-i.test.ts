import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { resourceOf } from '../../src/api/kinds.ts';
import { BROKER_NAMESPACE, MIRROR_NAMESPACE } from '../../src/api/names.ts';
import type { UnknownObject } from '../../src/api/types/index.ts';
import { type Action, canI, type CanIResult, deployBroker, join } from '../../src/deployers/index.ts';
import { type DeployFleet, startFleet } from '../helpers/deploy-fleet.ts';

describe('mcs can-i', () => {
  let fleet: DeployFleet;
  const tokens: string[] = [];
  beforeAll(async () => {
    fleet = await startFleet(2);
    for (const index of [0, 1]) tokens.push(await fleet.createNobody(index));
  }, 60_000);
  afterAll(() => fleet.stop());

  const ask = (index: number, action: Action): Promise<CanIResult> =>
    canI(fleet.context(index, tokens[index]), action, { brokerNamespace: BROKER_NAMESPACE, mirrorNamespace: MIRROR_NAMESPACE, components: ['connectivity', 'service-discovery'], wiresDns: true, loadBalancer: false });

  /** As an administrator does it, for the account that the token is of. */
  async function grant(index: number, { manifests = '' }: CanIResult): Promise<void> {
    const text = manifests.replaceAll('REPLACE-WITH-THE-USER', 'system:serviceaccount:default:nobody');
    for (const document of parseAllDocuments(text)) {
      const object = document.toJS() as UnknownObject;
      await fleet.admin(index).create(resourceOf(object), object);
    }
  }

  it('prints rights with which a user who had none deploys a broker and joins', async () => {
    const before = await ask(0, 'deploy-broker');
    expect(before.allowed).toBe(false);
    await grant(0, before);
    expect(await ask(0, 'deploy-broker')).toMatchObject({ allowed: true, missing: [] });
    expect(await deployBroker(fleet.context(0, tokens[0]), fleet.brokerOptions())).toMatchObject({ warnings: expect.any(Array) });
    await grant(1, await ask(1, 'join'));
    expect((await ask(1, 'join')).missing).toEqual([]);
    const stopDesk = await fleet.startDesk();
    expect(await join(fleet.context(1, tokens[1]), fleet.joinOptions(1))).toMatchObject({ clusterID: fleet.joinOptions(1).clusterID });
    await stopDesk();
  }, 60_000);
});
