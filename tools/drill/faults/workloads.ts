import { readFileSync } from 'node:fs';
import { BROKER_NAMESPACE, GATEWAY_AGENT, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { APP_VERSION } from '../../../src/api/labels.ts';
import { resources } from '../../../src/api/resources.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { MakeFaults, Mend } from '../fault.ts';
import { change, takeAway, type Target, untilGone } from '../world.ts';

const { version: VERSION } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { readonly version: string };

const deployment = (name: string, namespace: string = MEMBER_NAMESPACE): Target => ({ resource: resources.deployments, name, namespace });
const replicas = (count: number): unknown => ({ spec: { replicas: count } });

/** Gives the program of a Deployment a setting that it refuses to start with. */
async function setLogLevel(client: KubeClient, name: string, level: string): Promise<Mend> {
  const { spec } = await client.get(resources.deployments, name, MEMBER_NAMESPACE);
  const { containers } = spec.template.spec;
  const spoilt = containers.map((container) => ({ ...container, env: [...(container.env ?? []).filter((entry) => entry.name !== 'MCS_LOG_LEVEL'), { name: 'MCS_LOG_LEVEL', value: level }] }));
  const of = (list: readonly unknown[]): unknown => ({ spec: { template: { spec: { containers: list } } } });
  return change(client, deployment(name), of(spoilt), of(containers));
}

/** Programs of mcs that are not there, or of another version. */
const makeAbsentFaults: MakeFaults = ({ dice, near, far }) => {
  const any = (): string => dice.pick([near, far]);
  const [controllerOff, serverOff, serverGone, selected, older] = [any(), any(), any(), any(), any()];
  const label = dice.word();
  const oldVersion = `0.0.${dice.between(1, 99)}`;
  return [
    {
      name: 'controller scaled to 0',
      expected: [{ cluster: controllerOff, id: 'MCS-DEP-01', evidence: 'mcs-controller: 0 of 0 ready' }],
      inject: (scene) => change(scene.client(controllerOff), deployment('mcs-controller'), replicas(0), replicas(1)),
    },
    {
      name: 'controller deleted',
      expected: [{ cluster: far, id: 'MCS-DEP-01', evidence: 'there is no controller' }],
      inject: (scene) => takeAway(scene.client(far), deployment('mcs-controller')),
    },
    {
      name: 'name server scaled to 0',
      expected: [{ cluster: serverOff, id: 'MCS-DEP-02', evidence: 'mcs-dns: 0 of 0 ready' }],
      inject: (scene) => change(scene.client(serverOff), deployment('mcs-dns'), replicas(0), replicas(2)),
    },
    {
      name: 'name server deleted',
      expected: [{ cluster: serverGone, id: 'MCS-DEP-02', evidence: 'there is no dns' }],
      inject: (scene) => takeAway(scene.client(serverGone), deployment('mcs-dns')),
    },
    {
      name: 'desk scaled to 0',
      expected: [{ cluster: near, id: 'MCS-DEP-04', evidence: 'mcs-desk: 0 of 0 ready' }],
      inject: (scene) => change(scene.client(near), deployment('mcs-desk', BROKER_NAMESPACE), replicas(0), replicas(1)),
    },
    {
      name: 'gateway agents without a node',
      expected: [{ cluster: selected, id: 'MCS-NET-02', evidence: `${GATEWAY_AGENT}: 0 of 0 ready` }],
      inject: (scene) => {
        const on = (value: unknown): unknown => ({ spec: { template: { spec: { nodeSelector: { [label]: value } } } } });
        return change(scene.client(selected), { resource: resources.daemonSets, name: GATEWAY_AGENT, namespace: MEMBER_NAMESPACE }, on('yes'), on(null));
      },
    },
    {
      name: 'older version in one cluster',
      expected: [{ cluster: older, id: 'MCS-DEP-07', isWarning: true, evidence: `dns is of version ${oldVersion}` }],
      inject: (scene) => {
        const of = (version: string): unknown => ({ metadata: { labels: { [APP_VERSION]: version } } });
        return change(scene.client(older), deployment('mcs-dns'), of(oldVersion), of(VERSION));
      },
    },
  ];
};

/** Programs that end as soon as they begin. */
const makeCrashFaults: MakeFaults = ({ dice, near, far }) => {
  const [loops, stops] = [dice.pick([near, far]), dice.pick([near, far])];
  const level = dice.word();
  return [
    {
      name: 'update of the controller that does not start',
      expected: [{ cluster: loops, id: 'MCS-DEP-05', evidence: `MCS_LOG_LEVEL "${level}"` }],
      inject: (scene) => setLogLevel(scene.client(loops), 'mcs-controller', level),
    },
    {
      name: 'controller that does not start',
      expected: [{ cluster: stops, id: 'MCS-DEP-01', evidence: `MCS_LOG_LEVEL "${level}"` }],
      inject: async (scene) => {
        const client = scene.client(stops);
        const stop = await change(client, deployment('mcs-controller'), replicas(0), replicas(1));
        await untilGone(client, 'controller');
        const spoil = await setLogLevel(client, 'mcs-controller', level);
        await stop();
        return spoil;
      },
    },
  ];
};

export const makeWorkloadFaults: MakeFaults = (setting) => [...makeAbsentFaults(setting), ...makeCrashFaults(setting)];
