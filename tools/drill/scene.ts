import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { resources } from '../../src/api/resources.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { Setting } from './fault.ts';

/** Any image will do: in a sandbox it becomes an echo server. */
const IMAGE = 'nginxinc/nginx-unprivileged:stable-alpine';

/** Makes the service in a namespace of its own, and exports it. */
export async function shareService(client: KubeClient, namespace: string, service: string): Promise<void> {
  await client.create(resources.namespaces, { metadata: { name: namespace } });
  await serve(client, namespace, service);
  await client.create(resources.serviceExports, { metadata: { name: service, namespace } });
}

/** A Service with one pod behind it. */
export async function serve(client: KubeClient, namespace: string, service: string): Promise<void> {
  const labels = { app: service };
  await client.create(resources.deployments, {
    metadata: { name: service, namespace, labels },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: service, image: IMAGE, ports: [{ containerPort: 8080 }] }] } } },
  });
  await client.create(resources.services, { metadata: { name: service, namespace }, spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] } });
}

/** Lets the second cluster share the service with the first. */
export async function setScene(near: KubeClient, far: KubeClient, { namespace, service }: Setting): Promise<void> {
  await near.create(resources.namespaces, { metadata: { name: namespace } });
  await shareService(far, namespace, service);
}

/** A copy of a kubeconfig that the drill may spoil. */
export function copyKubeconfig(path: string, folder: string): string {
  const copy = join(folder, 'kubeconfig');
  copyFileSync(path, copy);
  return copy;
}
