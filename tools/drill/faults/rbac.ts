import { BROKER_NAMESPACE, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { MakeFaults, Mend, Scene } from '../fault.ts';
import { replacePods, takeAway, type Target } from '../world.ts';

/** Takes a right from the pods of a component, which begin anew without it. */
async function disarm(scene: Scene, cluster: string, component: string, right: Target): Promise<Mend> {
  const mend = await takeAway(scene.client(cluster), right);
  await replacePods(scene.client(cluster), component);
  return mend;
}

const forbidden = (namespace: string, account: string): string => `is forbidden: User "system:serviceaccount:${namespace}:${account}" cannot`;

/** Programs of mcs that may not do their work. */
export const makeRbacFaults: MakeFaults = ({ dice, near, far }) => {
  const any = (): string => dice.pick([near, far]);
  const [controller, server] = [any(), any()];
  return [
    {
      name: 'controller without its rights',
      expected: [{ cluster: controller, id: 'MCS-DEP-01', evidence: forbidden(MEMBER_NAMESPACE, 'mcs-controller') }],
      inject: (scene) => disarm(scene, controller, 'controller', { resource: resources.clusterRoleBindings, name: 'mcs-controller' }),
    },
    {
      name: 'name server without its rights',
      expected: [{ cluster: server, id: 'MCS-DEP-02', evidence: forbidden(MEMBER_NAMESPACE, 'mcs-dns') }],
      inject: (scene) => disarm(scene, server, 'dns', { resource: resources.clusterRoleBindings, name: 'mcs-dns' }),
    },
    {
      name: 'desk without its rights',
      expected: [{ cluster: near, id: 'MCS-DEP-04', evidence: forbidden(BROKER_NAMESPACE, 'mcs-desk') }],
      inject: (scene) => disarm(scene, near, 'desk', { resource: resources.roleBindings, name: 'mcs-desk', namespace: BROKER_NAMESPACE }),
    },
  ];
};
