import { LIGHTHOUSE_SOURCE_CLUSTER, LIGHTHOUSE_SOURCE_NAME, LIGHTHOUSE_SOURCE_NAMESPACE, MCS_SERVICE_NAME, MEMBER, OWNER, SERVICE_NAME } from '../../../src/api/labels.ts';
import { BROKER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import { SERVICE_OWNER } from '../../../src/sync/service/broker-objects.ts';
import { derivedServiceName } from '../../../src/sync/service/imported-names.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { MakeFaults, Mend, Setting } from '../fault.ts';
import { serve, shareService } from '../scene.ts';
import { change, draft, intrude, mendAll, plantMember } from '../world.ts';

/** A second export of the shared service, which differs from the first in its spec. */
function contradict(client: KubeClient, { namespace, service }: Setting, spec: object): Promise<Mend> {
  const metadata = { name: service, namespace };
  return intrude(
    client,
    [resources.services, draft({ metadata, spec: { ports: [{ name: 'http', port: 80 }], selector: { app: service }, ...spec } })],
    [resources.serviceExports, { metadata }],
  );
}

/** Services that are shared in a way that does not work. */
const makeSharingFaults: MakeFaults = ({ dice, near, far, namespace, service }) => {
  const key = `${namespace}/${service}`;
  const [ghost, outside, lonely, idle] = [dice.word(), dice.word(), dice.word(), dice.word()];
  return [
    {
      name: 'export without a Service',
      expected: [{ cluster: far, id: 'MCS-SD-01', evidence: `${namespace}/${ghost}: Valid=False NoService` }],
      inject: (scene) => intrude(scene.client(far), [resources.serviceExports, { metadata: { name: ghost, namespace } }]),
    },
    {
      name: 'export of an ExternalName Service',
      expected: [{ cluster: far, id: 'MCS-SD-01', evidence: `${namespace}/${outside}: Valid=False` }],
      inject: (scene) => intrude(
        scene.client(far),
        [resources.services, draft({ metadata: { name: outside, namespace }, spec: { type: 'ExternalName', externalName: `${outside}.example.com` } })],
        [resources.serviceExports, { metadata: { name: outside, namespace } }],
      ),
    },
    {
      name: 'no namespace for an import',
      expected: [{ cluster: near, id: 'MCS-SD-03', isWarning: true, evidence: `no namespace "${lonely}" here` }],
      inject: async (scene) => {
        await shareService(scene.client(far), lonely, service);
        return () => scene.client(far).delete(resources.namespaces, lonely);
      },
    },
    {
      name: 'last pod of a service gone',
      expected: [{ cluster: far, id: 'MCS-SD-04', isWarning: true, evidence: `${key} has no ready endpoint` }],
      inject: (scene) => change(scene.client(far), { resource: resources.deployments, name: service, namespace }, { spec: { replicas: 0 } }, { spec: { replicas: 1 } }),
    },
    {
      name: 'selector of a Service matches no pod',
      expected: [{ cluster: far, id: 'MCS-SD-04', isWarning: true, evidence: `${key} has no ready endpoint` }],
      inject: (scene) => {
        const select = (app: string): unknown => ({ spec: { selector: { app } } });
        return change(scene.client(far), { resource: resources.services, name: service, namespace }, select(idle), select(service));
      },
    },
  ];
};

/** Objects of imports that others have taken or made. */
const makeForeignFaults: MakeFaults = ({ dice, near, far, namespace, service }) => {
  const key = `${namespace}/${service}`;
  const away = dice.word();
  const derived = derivedServiceName(namespace, service);
  return [
    {
      name: 'Service of an import taken from mcs',
      expected: [{ cluster: near, id: 'MCS-SD-08', evidence: `${key}: the Service ${namespace}/${derived}, which carries its address, is not marked as made by mcs` }],
      inject: (scene) => {
        const mark = (owner: unknown): unknown => ({ metadata: { labels: { [OWNER]: owner } } });
        return change(scene.client(near), { resource: resources.services, name: derived, namespace }, mark(null), mark(SERVICE_OWNER));
      },
    },
    {
      name: 'ServiceImport of somebody else in the way',
      expected: [{ cluster: near, id: 'MCS-SD-03', evidence: `${namespace}/${away}` }],
      inject: async (scene) => {
        const mend = await intrude(scene.client(near), [resources.serviceImports, draft({ metadata: { name: away, namespace }, spec: { type: 'ClusterSetIP', ports: [{ name: 'http', port: 80 }] } })]);
        await serve(scene.client(far), namespace, away);
        const metadata = { name: away, namespace };
        const unexport = await intrude(scene.client(far), [resources.serviceExports, { metadata }]);
        const remove = async (): Promise<void> => {
          await scene.client(far).delete(resources.services, away, namespace);
          await scene.client(far).delete(resources.deployments, away, namespace);
        };
        return mendAll([mend, remove, unexport]);
      },
    },
  ];
};

/** Exports of one service that do not agree: the one that came second is to be mended. */
const makeConflicts: MakeFaults = (setting) => {
  const { dice, near } = setting;
  const port = dice.between(1024, 9999);
  return [
    {
      name: 'ports of two exports disagree',
      expected: [{ cluster: near, id: 'MCS-SD-02', isWarning: true, evidence: 'PortConflict' }],
      inject: (scene) => contradict(scene.client(near), setting, { ports: [{ name: 'http', port }] }),
    },
    {
      name: 'types of two exports disagree',
      expected: [{ cluster: near, id: 'MCS-SD-02', isWarning: true, evidence: 'TypeConflict' }],
      inject: (scene) => contradict(scene.client(near), setting, { clusterIP: 'None' }),
    },
    {
      name: 'session affinities of two exports disagree',
      expected: [{ cluster: near, id: 'MCS-SD-02', isWarning: true, evidence: 'SessionAffinityConflict' }],
      inject: (scene) => contradict(scene.client(near), setting, { sessionAffinity: 'ClientIP' }),
    },
  ];
};

/** The way from pods of other clusters to what is exported. */
const makeReachFaults: MakeFaults = ({ dice, near, far, namespace, service }) => {
  const [policy, manual, refused] = [dice.word(), dice.word(), dice.word()];
  const port = dice.between(20_000, 30_000);
  const octet = dice.between(180, 230);
  return [
    {
      name: 'NetworkPolicy in the way of other clusters',
      expected: [{ cluster: far, id: 'MCS-NP-01', isWarning: true, evidence: policy }],
      inject: (scene) => intrude(scene.client(far), [resources.networkPolicies, draft({ metadata: { name: policy, namespace }, spec: { podSelector: { matchLabels: { app: service } }, policyTypes: ['Ingress'], ingress: [] } })]),
    },
    {
      name: 'endpoint that does not listen',
      needsPods: true,
      expected: [{ cluster: near, id: 'MCS-SD-10', peer: far, isWarning: true, evidence: `port ${port} of ${namespace}/${manual}` }],
      inject: async (scene) => {
        const [pod] = (await scene.client(far).list(resources.pods, { namespace, labelSelector: `app=${service}` })).items;
        const metadata = { name: manual, namespace };
        const labels = { [SERVICE_NAME]: manual };
        const ports = [{ name: 'http', port, protocol: 'TCP' }];
        return intrude(
          scene.client(far),
          [resources.services, draft({ metadata, spec: { ports: [{ name: 'http', port: 80, targetPort: port }] } })],
          [resources.endpointSlices, draft({ metadata: { ...metadata, labels }, addressType: 'IPv4', endpoints: [{ addresses: [pod?.status?.podIP ?? ''], conditions: { ready: true } }], ports })],
          [resources.serviceExports, { metadata }],
        );
      },
    },
    {
      name: 'what a member writes is refused',
      expected: [
        { cluster: near, id: 'MCS-SD-05', isWarning: true, evidence: `of "${refused}"` },
        { cluster: far, id: 'MCS-SD-05', isWarning: true, evidence: `of "${refused}"` },
      ],
      inject: async (scene) => {
        const member = await plantMember(scene.client(near), { name: refused, podCIDR: `127.${octet}.64.0/18`, serviceCIDR: `127.${octet}.128.0/17` });
        const labels = { [MEMBER]: refused, [MCS_SERVICE_NAME]: service, [LIGHTHOUSE_SOURCE_NAME]: service, [LIGHTHOUSE_SOURCE_NAMESPACE]: 'kube-system', [LIGHTHOUSE_SOURCE_CLUSTER]: refused };
        const object = { metadata: { name: `${service}.kube-system.${refused}`, namespace: BROKER_NAMESPACE, labels }, spec: { type: 'ClusterSetIP', ports: [{ name: 'http', port: 80 }], ips: [`127.${octet}.128.9`] } };
        return mendAll([member, await intrude(scene.client(near), [resources.serviceImports, draft(object)])]);
      },
    },
  ];
};

export const makeServiceFaults: MakeFaults = (setting) => [...makeSharingFaults(setting), ...makeForeignFaults(setting), ...makeReachFaults(setting), ...makeConflicts(setting)];
