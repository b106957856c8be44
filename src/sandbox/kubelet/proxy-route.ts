import { request as httpRequest } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { resources } from '../../api/resources.ts';
import { sandboxPort } from '../../base/runtime.ts';
import type { ExtraRoute, RouteContext } from '../../kube-serve/api-server.ts';
import { notFound, refusal } from '../../kube-serve/status-error.ts';
import type { Objects } from '../objects.ts';

const TIMEOUT_MS = 5000;

/** Pod name and port of `web:8080`; port 80 by default, as Kubernetes has it. */
function splitTarget(name: string): { readonly pod: string; readonly port: number } {
  const [pod = '', port = '80'] = name.split(':');
  return { pod, port: Number(port) };
}

async function forward(objects: Objects, { attributes, response, url, signal }: RouteContext): Promise<undefined> {
  const { pod, port } = splitTarget(attributes.name);
  const podIP = objects.find(resources.pods, { name: pod, namespace: attributes.namespace })?.status?.podIP;
  if (podIP === undefined) throw notFound(resources.pods, pod);
  const path = url.pathname.slice(url.pathname.indexOf('/proxy') + '/proxy'.length) || '/';
  await new Promise<void>((resolve, reject) => {
    const outgoing = httpRequest({ host: podIP, port: sandboxPort(port), path: `${path}${url.search}`, signal, timeout: TIMEOUT_MS }, (incoming) => {
      response.writeHead(incoming.statusCode ?? 502, { 'content-type': incoming.headers['content-type'] ?? 'application/octet-stream' });
      pipeline(incoming, response).then(resolve, reject);
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error('timed out')));
    outgoing.once('error', (error) => {
      reject(refusal('ServiceUnavailable', `error trying to reach pod ${pod} on port ${port}: ${error.message}`));
    });
    outgoing.end();
  });
  return undefined;
}

/** The subresource `pods/proxy`, for GET: plain HTTP to a port of a pod. */
export function createProxyRoute(objects: Objects): ExtraRoute {
  return {
    matches: ({ resource, subresource, verb }) => resource === 'pods' && subresource === 'proxy' && verb === 'get',
    handle: (context) => forward(objects, context),
    discovery: { group: '', version: 'v1', resource: 'pods/proxy', kind: 'PodProxyOptions', verbs: ['get'] },
  };
}
