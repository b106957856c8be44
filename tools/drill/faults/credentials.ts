import { BROKER_NAMESPACE, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { MakeFaults, Mend, Scene } from '../fault.ts';
import { base64, change, plantMember, takeAway, type Target } from '../world.ts';

const SECRET: Target = { resource: resources.secrets, name: MEMBER_BROKER_SECRET, namespace: MEMBER_NAMESPACE };

/** Changes the member's credential on the broker, and puts it back. */
async function spoil(scene: Scene, cluster: string, data: Readonly<Record<string, string | null>>): Promise<Mend> {
  const client = scene.client(cluster);
  const { data: old = {} } = await client.get(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE);
  return change(client, SECRET, { data }, { data: Object.fromEntries(Object.keys(data).map((key) => [key, old[key] ?? null])) });
}

/** What members show to the broker, and their signs of life there. */
const makeLifeFaults: MakeFaults = ({ dice, near, far }) => {
  const [silent, hasty, badToken, badTime] = [dice.word(), dice.word(), dice.word(), dice.word()];
  const octets = [dice.between(180, 204), dice.between(205, 230)] as const;
  const [expired, damaged, lost] = [dice.pick([near, far]), dice.pick([near, far]), dice.pick([near, far])];
  const hundreds = dice.between(2, 30);
  const expiry = `20${dice.between(10, 24)}-0${dice.between(1, 9)}-1${dice.between(0, 9)}T00:00:00Z`;
  const ranges = (octet: number): { podCIDR: string; serviceCIDR: string } => ({ podCIDR: `127.${octet}.64.0/18`, serviceCIDR: `127.${octet}.128.0/17` });
  return [
    {
      name: 'credential expired',
      expected: [{ cluster: expired, id: 'MCS-DEP-03', evidence: `expired at ${expiry}` }],
      // with a good token it would be renewed at once
      inject: (scene) => spoil(scene, expired, { expiresAt: base64(expiry), token: base64(badToken) }),
    },
    {
      name: 'credential damaged',
      expected: [{ cluster: damaged, id: 'MCS-DEP-03', evidence: 'is damaged' }],
      inject: (scene) => spoil(scene, damaged, { expiresAt: base64(badTime), token: base64(badToken) }),
    },
    {
      name: 'credential deleted',
      expected: [{ cluster: lost, id: 'MCS-DEP-03', evidence: `there is no Secret ${MEMBER_NAMESPACE}/${MEMBER_BROKER_SECRET}` }],
      inject: (scene) => takeAway(scene.client(lost), SECRET),
    },
    {
      name: 'member that is silent',
      expected: [{ cluster: near, id: 'MCS-BRK-01', peer: silent, evidence: 's ago, and 1 s are allowed' }],
      inject: (scene) => plantMember(scene.client(near), { name: silent, ...ranges(octets[0]), leaseSeconds: 1 }),
    },
    {
      name: 'member whose clock is ahead',
      expected: [{ cluster: near, id: 'MCS-DEP-06', isWarning: true, evidence: `the clock of "${hasty}" is ${hundreds}` }],
      inject: (scene) => plantMember(scene.client(near), { name: hasty, ...ranges(octets[1]), clockAheadMs: hundreds * 100_000 + 50_000 }),
    },
  ];
};

/** The way to the broker, layer by layer, as pods of the member find it. */
const makeBrokerFaults: MakeFaults = ({ dice, near, far }) => {
  const [host, badToken] = [`${dice.word()}.invalid`, dice.word()];
  const port = dice.between(1, 1023);
  return [
    {
      name: 'name of the broker does not resolve',
      needsPods: true,
      expected: [{ cluster: far, id: 'MCS-BRK-02', evidence: host }],
      inject: (scene) => spoil(scene, far, { server: base64(`https://${host}:6443`) }),
    },
    {
      name: 'port of the broker closed',
      needsPods: true,
      expected: [{ cluster: far, id: 'MCS-BRK-03', evidence: String(port) }],
      inject: (scene) => spoil(scene, far, { server: base64(`https://127.0.0.1:${port}`) }),
    },
    {
      name: 'broker with another authority',
      needsPods: true,
      expected: [{ cluster: far, id: 'MCS-BRK-04', evidence: 'sha256:' }],
      inject: async (scene) => {
        const { data = {} } = await scene.client(far).get(resources.configMaps, 'kube-root-ca.crt', 'default');
        return spoil(scene, far, { ca: base64(data['ca.crt'] ?? '') });
      },
    },
    {
      name: 'token that the broker does not know',
      needsPods: true,
      expected: [{ cluster: far, id: 'MCS-BRK-05', evidence: '401' }],
      inject: (scene) => spoil(scene, far, { token: base64(badToken) }),
    },
    {
      name: 'rights of a member on the broker taken away',
      needsPods: true,
      expected: [{ cluster: far, id: 'MCS-BRK-06', evidence: 'endpointslices' }],
      inject: (scene) => takeAway(scene.client(near), { resource: resources.roleBindings, name: `cluster-${far}`, namespace: BROKER_NAMESPACE }),
    },
  ];
};

export const makeCredentialFaults: MakeFaults = (setting) => [...makeLifeFaults(setting), ...makeBrokerFaults(setting)];
