import { CLUSTERSET_DOMAIN, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { MakeFaults, Mend } from '../fault.ts';
import { change, draft, intrude } from '../world.ts';

const SERVERS = '.:53 {\n    errors\n    kubernetes cluster.local in-addr.arpa\n    forward . /etc/resolv.conf\n    reload\n}\n';

/** Gives the cluster a DNS of its own, which a sandbox has not. */
function installCoreDns(client: KubeClient, corefile: string): Promise<Mend> {
  return intrude(client, [resources.configMaps, draft({ metadata: { name: 'coredns', namespace: 'kube-system' }, data: { Corefile: corefile } })]);
}

/** Names that do not resolve, or resolve to something else. */
export const makeDnsFaults: MakeFaults = ({ dice, near, far }) => {
  const any = (): string => dice.pick([near, far]);
  const [taken, unreadable, detached] = [any(), any(), any()];
  const upstream = `203.0.113.${dice.between(1, 254)}`;
  const [word, app] = [dice.word(), dice.word()];
  return [
    {
      name: 'clusterset.local forwarded elsewhere',
      expected: [{ cluster: taken, id: 'MCS-DNS-03', evidence: CLUSTERSET_DOMAIN }],
      inject: (scene) => installCoreDns(scene.client(taken), `${SERVERS}${CLUSTERSET_DOMAIN}:53 {\n    forward . ${upstream}\n}\n`),
    },
    {
      name: 'Corefile that is not understood',
      expected: [{ cluster: unreadable, id: 'MCS-DNS-03', evidence: 'kube-system/coredns' }],
      inject: (scene) => installCoreDns(scene.client(unreadable), `.:53 {\n    errors {\n    ${word}\n`),
    },
    {
      name: 'Service of the name server selects no pod',
      needsPods: true,
      expected: [{ cluster: detached, id: 'MCS-DNS-04', evidence: 'no server there' }],
      inject: (scene) => {
        const select = (value: unknown): unknown => ({ spec: { selector: { [app]: value } } });
        return change(scene.client(detached), { resource: resources.services, name: 'mcs-dns', namespace: MEMBER_NAMESPACE }, select('yes'), select(null));
      },
    },
  ];
};
