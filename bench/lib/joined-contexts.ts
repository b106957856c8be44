import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Service } from '../../src/api/types/index.ts';
import { resources } from '../../src/api/resources.ts';
import { loadKubeconfig } from '../../src/kube/access.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { joinBoth, type JoinedClusters, openWorkshop } from './joined-clusters.ts';

const NAMESPACE = 'submariner-operator';
/** Lets the bench, which is no pod, ask a name server through a node. */
const NODE_PORT = 'mcs-bench-dns';

async function openNodePort(client: KubeClient): Promise<{ address: string; port: number }> {
  const dns = await client.get(resources.services, 'mcs-dns', NAMESPACE);
  const service: Omit<Service, 'apiVersion' | 'kind'> = {
    metadata: { name: NODE_PORT, namespace: NAMESPACE },
    spec: { type: 'NodePort', ...(dns.spec.selector && { selector: dns.spec.selector }), ports: [{ name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 }] },
  };
  const made = await client.apply(resources.services, service, { fieldManager: 'bench', force: true });
  const { items } = await client.list(resources.nodes);
  const address = items[0]?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
  return { address, port: (made.spec.ports?.[0] as { nodePort?: number } | undefined)?.nodePort ?? 0 };
}

/** Clusters of the user's kubeconfig: they are joined for the bench, and leave afterwards. */
export async function startJoinedContexts(root: string, names: readonly [string, string]): Promise<JoinedClusters> {
  const workshop = openWorkshop(root, () => ({}));
  const { client, env, mcs } = workshop;
  const metrics: JoinedClusters['metrics'] = async (context, pod) => {
    const config = (await loadKubeconfig({ env })).configFor(context);
    const url = new URL(`/api/v1/namespaces/${NAMESPACE}/pods/${pod}:8080/proxy/metrics`, config.getCurrentCluster()?.server);
    const options = {};
    await config.applyToHTTPSOptions(options);
    const answered = Promise.withResolvers<string>();
    request(url, options, (response) => void text(response).then(answered.resolve, answered.reject)).on('error', answered.reject).end();
    return answered.promise;
  };
  const stop = async (): Promise<void> => {
    for (const name of [names[1], names[0]]) await mcs('leave', '--yes', '--context', name);
    await mcs('remove-broker', '--yes', '--context', names[0]);
    workshop.close();
  };
  try {
    await joinBoth(workshop, names);
  } catch (error) {
    await stop().catch(() => undefined); // the start failure is the one to report
    throw error;
  }
  return { ...workshop, kind: 'contexts', names, nameServer: async (context) => openNodePort(await client(context)), metrics, stop };
}
