import { isForbidden } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import { findDnsPods } from '../../inspect/name-servers.ts';
import { askDnsPod, type DnsJson, isNoAnswer } from '../ask-dns.ts';
import type { Looked } from '../../base/looked.ts';
import type { ServerAnswer } from './facts.ts';

/** DNS type numbers (IANA). */
const TYPES = { A: 1, AAAA: 28 } as const;

/** A pod that runs and does not answer is an answer too. */
async function askOne(pod: string, type: ServerAnswer['type'], ask: () => Promise<DnsJson>): Promise<ServerAnswer> {
  try {
    const { Answer = [], Status } = await ask();
    return { pod, type, rcode: Status, addresses: Answer.filter((record) => record.type === TYPES[type]).map(({ data }) => data) };
  } catch (error) {
    if (!isNoAnswer(error)) throw error;
    return { pod, type, rcode: 0, addresses: [], error: error.message };
  }
}

/** What every running pod of our name server answers. Without the permission to ask, the reason. */
export async function askNameServers(client: KubeClient, names: readonly { readonly name: string; readonly type: 'A' | 'AAAA' }[], signal: AbortSignal): Promise<Looked<readonly ServerAnswer[]>> {
  try {
    const pods = await findDnsPods(client, signal);
    const questions = pods.flatMap((pod) => names.map(({ name, type }) => ({ pod, name, type })));
    const found = await Promise.all(
      questions.map(({ name, pod, type }) => askOne(pod.metadata.name, type, () => askDnsPod(client, pod, name, type, signal))),
    );
    return { found };
  } catch (error) {
    if (isForbidden(error)) return { reason: 'needs the permission to "get" pods/proxy in submariner-operator' };
    throw error;
  }
}
