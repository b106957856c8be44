import { join } from 'node:path';
import { resources } from '../../src/api/resources.ts';
import { sandboxPort } from '../../src/base/runtime.ts';
import { joinBoth, type JoinedClusters, openWorkshop } from './joined-clusters.ts';

const NAMES = ['cluster0', 'cluster1'] as const;

/** A sandbox of two clusters, both members. */
export async function startJoinedSandbox(root: string): Promise<JoinedClusters> {
  const workshop = openWorkshop(root, (folder) => ({ KUBECONFIG: join(folder, 'state', 'mcs', 'sandbox', 'bench', 'kubeconfig') }));
  const { client, mcs } = workshop;
  const stop = async (): Promise<void> => {
    await mcs('sandbox', 'down', '--name', 'bench');
    workshop.close();
  };
  const nameServer: JoinedClusters['nameServer'] = async (context) => {
    const service = await (await client(context)).get(resources.services, 'mcs-dns', 'submariner-operator');
    return { address: service.spec.clusterIP ?? '', port: sandboxPort(53) };
  };
  const metrics: JoinedClusters['metrics'] = async (context, pod) => {
    const { status } = await (await client(context)).get(resources.pods, pod, 'submariner-operator');
    const answer = await fetch(`http://${status?.podIP ?? ''}:8080/metrics`);
    return answer.text();
  };
  try {
    await mcs('sandbox', 'up', '--name', 'bench');
    await joinBoth(workshop, NAMES);
    return { ...workshop, kind: 'sandbox', names: NAMES, nameServer, metrics, stop };
  } catch (error) {
    await stop().catch(() => undefined); // the start failure is the one to report
    throw error;
  }
}
