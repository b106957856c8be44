import { OWNER } from '../../../src/api/labels.ts';
import { resources } from '../../../src/api/resources.ts';
import { SERVICE_OWNER } from '../../../src/sync/service/broker-objects.ts';
import { derivedServiceName } from '../../../src/sync/service/imported-names.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { Finding, MakeFaults, Mend, Setting } from '../fault.ts';
import { serve, shareService } from '../scene.ts';
import { change, draft, intrude, mendAll } from '../world.ts';

/** A second export of the shared service, which differs from the first in its spec. */
function contradict(client: KubeClient, { namespace, service }: Setting, spec: object): Promise<Mend> {
  const metadata = { name: service, namespace };
  return intrude(
    client,
    [resources.services, draft({ metadata, spec: { ports: [{ name: 'http', port: 80 }], selector: { app: service }, ...spec } })],
    [resources.serviceExports, { metadata }],
  );
}

function inBoth({ near, far }: Setting, finding: Omit<Finding, 'cluster'>): readonly [Finding, Finding] {
  return [{ cluster: near, ...finding }, { cluster: far, ...finding }];
}

/** Services that are shared in a way that does not work. */
export const makeServiceFaults: MakeFaults = (setting) => {
  const { dice, near, far, namespace, service } = setting;
  const key = `${namespace}/${service}`;
  const [ghost, outside, lonely, idle, away] = [dice.word(), dice.word(), dice.word(), dice.word(), dice.word()];
  const port = dice.between(1024, 9999);
  const derived = derivedServiceName(namespace, service);
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
      expected: inBoth(setting, { id: 'MCS-SD-04', isWarning: true, evidence: `${key} has no ready endpoint` }),
      inject: (scene) => change(scene.client(far), { resource: resources.deployments, name: service, namespace }, { spec: { replicas: 0 } }, { spec: { replicas: 1 } }),
    },
    {
      name: 'selector of a Service matches no pod',
      expected: inBoth(setting, { id: 'MCS-SD-04', isWarning: true, evidence: `${key} has no ready endpoint` }),
      inject: (scene) => {
        const select = (app: string): unknown => ({ spec: { selector: { app } } });
        return change(scene.client(far), { resource: resources.services, name: service, namespace }, select(idle), select(service));
      },
    },
    {
      name: 'ports of two exports disagree',
      expected: inBoth(setting, { id: 'MCS-SD-02', isWarning: true, evidence: 'PortConflict' }),
      inject: (scene) => contradict(scene.client(near), setting, { ports: [{ name: 'http', port }] }),
    },
    {
      name: 'types of two exports disagree',
      expected: inBoth(setting, { id: 'MCS-SD-02', isWarning: true, evidence: 'TypeConflict' }),
      inject: (scene) => contradict(scene.client(near), setting, { clusterIP: 'None' }),
    },
    {
      name: 'session affinities of two exports disagree',
      expected: inBoth(setting, { id: 'MCS-SD-02', isWarning: true, evidence: 'SessionAffinityConflict' }),
      inject: (scene) => contradict(scene.client(near), setting, { sessionAffinity: 'ClientIP' }),
    },
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
