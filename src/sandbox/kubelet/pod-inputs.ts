import type { ConfigMap, Pod, Secret, Service } from '../../api/types/index.ts';

/** What a kubelet reads of the cluster to start a pod, besides the pod itself. */
export interface PodInputs {
  findSecret(namespace: string, name: string): Secret | undefined;
  findConfigMap(namespace: string, name: string): ConfigMap | undefined;
  listServices(namespace: string): readonly Service[];
}

/** Names of the Secrets and ConfigMaps that a pod refers to: when they change, its files do. */
export function referencesOf(pod: Pod): { secrets: ReadonlySet<string>; configMaps: ReadonlySet<string> } {
  const secrets = new Set<string>();
  const configMaps = new Set<string>();
  for (const { secret, configMap } of pod.spec.volumes ?? []) {
    if (secret !== undefined) secrets.add(secret.secretName);
    if (configMap !== undefined) configMaps.add(configMap.name);
  }
  return { secrets, configMaps };
}
