import type { ConfigMap, Secret, Service } from '../../api/types/index.ts';

/** What a kubelet reads of the cluster to start a pod, besides the pod itself. */
export interface PodInputs {
  findSecret(namespace: string, name: string): Secret | undefined;
  findConfigMap(namespace: string, name: string): ConfigMap | undefined;
  listServices(namespace: string): readonly Service[];
}
