import { resources } from '../../src/api/resources.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { NAMESPACE, type Scene, SERVICE } from './fault.ts';

/** Any image will do: in a sandbox it becomes an echo server. */
const IMAGE = 'nginxinc/nginx-unprivileged:stable-alpine';

/** Makes the service in a namespace of its own, and exports it. */
export async function shareService(client: KubeClient, namespace: string): Promise<void> {
  const labels = { app: SERVICE };
  await client.create(resources.namespaces, { metadata: { name: namespace } });
  await client.create(resources.deployments, {
    metadata: { name: SERVICE, namespace, labels },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: SERVICE, image: IMAGE, ports: [{ containerPort: 8080 }] }] } } },
  });
  await client.create(resources.services, { metadata: { name: SERVICE, namespace }, spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] } });
  await client.create(resources.serviceExports, { metadata: { name: SERVICE, namespace } });
}

/** Lets the second cluster share the service with the first. */
export async function setScene({ near, far }: Scene): Promise<void> {
  await near.create(resources.namespaces, { metadata: { name: NAMESPACE } });
  await shareService(far, NAMESPACE);
}
