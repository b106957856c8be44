import { createHash } from 'node:crypto';
import { resources } from '../api/resources.ts';
import { MAX_OBJECT_NAME, fitName } from '../api/names.ts';
import type { Event, KubeObject } from '../api/types/index.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { isAlreadyExists } from './api-error.ts';
import type { KubeClient } from './client.ts';

export interface EventRecord {
  /** The object that the Event is about. */
  readonly involved: KubeObject;
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, for machines. */
  readonly reason: string;
  readonly message: string;
  /** The part that speaks: `mcs-controller`. */
  readonly component: string;
}

export interface RecordOptions {
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

// the API server refuses longer ones
const MAX_MESSAGE = 1024;

/** The same thing said again gets the same name, and so becomes a count instead of one more object. */
function eventName({ involved, type, reason, message, component }: EventRecord): string {
  const parts = [involved.kind, involved.metadata.uid ?? '', type, reason, message, component];
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
  return `${fitName(involved.metadata.name, MAX_OBJECT_NAME - 17)}.${hash}`;
}

function newEvent(record: EventRecord, name: string, namespace: string, time: string): Event {
  const { involved, type, reason, message, component } = record;
  const { metadata, apiVersion, kind } = involved;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: { apiVersion, kind, name: metadata.name, ...(metadata.namespace && { namespace: metadata.namespace }), ...(metadata.uid && { uid: metadata.uid }) },
    type,
    reason,
    message: message.slice(0, MAX_MESSAGE),
    source: { component },
    count: 1,
    firstTimestamp: time,
    lastTimestamp: time,
  };
}

/** Records a Kubernetes Event; what was said before, also by an earlier process, is counted up. */
export async function recordEvent(client: KubeClient, record: EventRecord, { clock = systemClock, signal }: RecordOptions = {}): Promise<void> {
  const name = eventName(record);
  const namespace = record.involved.metadata.namespace ?? 'default'; // as for all cluster-scoped objects
  const time = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`; // metav1.Time has no fractions
  const options = signal === undefined ? {} : { signal };
  const standing = await client.find(resources.events, name, namespace, options);
  if (standing === undefined) {
    await client.create(resources.events, newEvent(record, name, namespace, time), options).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error; // another replica has just said the same
    });
    return;
  }
  await client.patch(resources.events, name, namespace, 'application/merge-patch+json', { count: (standing.count ?? 1) + 1, lastTimestamp: time }, options);
}
