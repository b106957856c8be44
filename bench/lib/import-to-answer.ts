import { MCS_SERVICE_NAME } from '../../src/api/labels.ts';
import { resources } from '../../src/api/resources.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { DnsProbe } from './dns-probe.ts';

/** TEST-NET-1: nobody is there, and nobody need be. */
const ADDRESS = '192.0.2.1';

/** Times from when a ServiceImport stands in a cluster until its name server answers, ms; one at a time. */
export async function measureImportsUntilAnswered(client: KubeClient, probe: DnsProbe, namespace: string, count: number, giveUpMs: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = `written-${index}`;
    const resolved = probe.untilResolved(`${name}.${namespace}.svc.clusterset.local`, AbortSignal.timeout(giveUpMs));
    await client.create(resources.serviceImports, {
      metadata: { name, namespace, labels: { [MCS_SERVICE_NAME]: name } },
      spec: { type: 'ClusterSetIP', ports: [{ name: 'http', protocol: 'TCP', port: 80 }], ips: [ADDRESS] },
    });
    const written = performance.now();
    times.push(Math.max(0, (await resolved) - written)); // the answer may overtake that of the API server
  }
  return times;
}
