import { MEMBER_BROKER_SECRET, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { MakeFaults, Mend, Scene } from '../fault.ts';
import { base64, change, plantMember, type Target } from '../world.ts';

const SECRET: Target = { resource: resources.secrets, name: MEMBER_BROKER_SECRET, namespace: MEMBER_NAMESPACE };

/** Changes the member's credential on the broker, and puts it back. */
async function spoil(scene: Scene, cluster: string, data: Readonly<Record<string, string | null>>): Promise<Mend> {
  const client = scene.client(cluster);
  const { data: old = {} } = await client.get(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE);
  return change(client, SECRET, { data }, { data: Object.fromEntries(Object.keys(data).map((key) => [key, old[key] ?? null])) });
}

/** What members show to the broker, and their signs of life there. */
export const makeCredentialFaults: MakeFaults = ({ dice, near, far }) => {
  const [silent, hasty] = [dice.word(), dice.word()];
  const octets = [dice.between(180, 204), dice.between(205, 230)] as const;
  const [expired, damaged, overdue] = [dice.pick([near, far]), dice.pick([near, far]), dice.pick([near, far])];
  const minutes = dice.between(3, 50);
  const expiry = `20${dice.between(10, 24)}-0${dice.between(1, 9)}-1${dice.between(0, 9)}T00:00:00Z`;
  const soon = new Date(Date.now() + dice.between(3, 6) * 3_600_000).toISOString().replace(/\.\d+/, '');
  const ranges = (octet: number): { podCIDR: string; serviceCIDR: string } => ({ podCIDR: `127.${octet}.64.0/18`, serviceCIDR: `127.${octet}.128.0/17` });
  return [
    {
      name: 'credential expired',
      expected: [{ cluster: expired, id: 'MCS-DEP-03', evidence: `expired at ${expiry}` }],
      // with a good token it would be renewed at once
      inject: (scene) => spoil(scene, expired, { expiresAt: base64(expiry), token: base64(dice.word()) }),
    },
    {
      name: 'credential damaged',
      expected: [{ cluster: damaged, id: 'MCS-DEP-03', evidence: 'is damaged' }],
      inject: (scene) => spoil(scene, damaged, { expiresAt: base64(dice.word()), token: base64(dice.word()) }),
    },
    {
      name: 'credential not renewed in time',
      expected: [{ cluster: overdue, id: 'MCS-DEP-03', isWarning: true, evidence: `it expires at ${soon}` }],
      inject: (scene) => spoil(scene, overdue, { expiresAt: base64(soon), token: base64(dice.word()) }),
    },
    {
      name: 'member that is silent',
      expected: [{ cluster: near, id: 'MCS-BRK-01', peer: silent, evidence: 's ago, and 1 s are allowed' }],
      inject: (scene) => plantMember(scene.client(near), { name: silent, ...ranges(octets[0]), leaseSeconds: 1 }),
    },
    {
      name: 'member whose clock is ahead',
      expected: [{ cluster: near, id: 'MCS-DEP-06', isWarning: true, evidence: `the clock of "${hasty}" is ${minutes * 60} s ahead` }],
      inject: (scene) => plantMember(scene.client(near), { name: hasty, ...ranges(octets[1]), clockAheadMs: minutes * 60_000 + 400 }),
    },
  ];
};
