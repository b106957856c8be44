import { stat } from 'node:fs/promises';
import { resources } from '../../api/resources.ts';
import type { Pod } from '../../api/types/index.ts';
import type { ExtraRoute, RouteContext } from '../../kube-serve/api-server.ts';
import { notFound, refusal } from '../../kube-serve/status-error.ts';
import type { Objects } from '../objects.ts';
import { readLog } from './logs.ts';

/** The log of a pod's container. */
export interface PodLog {
  readonly path: string;
  /** Aborted when the pod has ended. */
  readonly ended: AbortSignal;
}

/** Undefined if there is no such container here. */
export type FindLog = (pod: Pod, container?: string) => PodLog | undefined;

async function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}

async function sendLog(objects: Objects, findLog: FindLog, { attributes, response, signal, url }: RouteContext): Promise<undefined> {
  const { name, namespace } = attributes;
  const pod = objects.find(resources.pods, { name, namespace });
  if (pod === undefined) throw notFound(resources.pods, name);
  const container = url.searchParams.get('container') ?? undefined;
  const log = findLog(pod, container === '' ? undefined : container);
  if (log === undefined) throw refusal('BadRequest', `container ${container ?? ''} is not valid for pod ${name}`);
  if (url.searchParams.get('previous') === 'true') throw refusal('BadRequest', 'the sandbox keeps all runs of a container in one log: leave out "previous"');
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.flushHeaders();
  if (await exists(log.path)) {
    const tail = url.searchParams.get('tailLines');
    const follow = url.searchParams.get('follow') === 'true';
    for await (const chunk of readLog(log.path, { follow, tailLines: tail === null ? undefined : Number(tail) }, AbortSignal.any([signal, log.ended]))) response.write(chunk);
  }
  response.end();
  return undefined;
}

/** The subresource `pods/log`. */
export function createLogRoute(objects: Objects, findLog: FindLog): ExtraRoute {
  return {
    matches: ({ resource, subresource, verb }) => resource === 'pods' && subresource === 'log' && verb === 'get',
    handle: (context) => sendLog(objects, findLog, context),
    discovery: { group: '', version: 'v1', resource: 'pods/log', kind: 'Pod', verbs: ['get'] },
  };
}
