import { randomInt } from 'node:crypto';
import { resources } from '../../api/resources.ts';
import type { KubeObject, OwnerReference, Pod, PodTemplate } from '../../api/types/index.ts';
import type { Objects } from '../objects.ts';

// as Kubernetes: no vowels, so that no words come out
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Five characters that make a generated name unlikely to be taken. */
export function randomSuffix(): string {
  return Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** A reference that makes `owner` the controller of what carries it. */
export function controlledBy({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true, blockOwnerDeletion: true };
}

/** `namespace/name` of the controller of an object, if that is of this kind. */
export function controllerKey(object: KubeObject, kind: string): string[] {
  const owner = object.metadata.ownerReferences?.find((each) => each.controller === true && each.kind === kind);
  return owner === undefined ? [] : [`${object.metadata.namespace ?? ''}/${owner.name}`];
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return object.metadata.ownerReferences?.some(({ controller, uid }) => controller === true && uid === owner.metadata.uid) ?? false;
}

export function isPodReady(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && (pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false);
}

/** Neither ended nor on its way out. */
export function isPodActive(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';
}

export function createPod(objects: Objects, owner: KubeObject, template: PodTemplate, extra: { labels?: Record<string, string>; nodeName?: string } = {}): void {
  const { labels, annotations } = template.metadata ?? {};
  objects.create(resources.pods, {
    metadata: {
      name: `${owner.metadata.name}-${randomSuffix()}`,
      ...(owner.metadata.namespace !== undefined && { namespace: owner.metadata.namespace }),
      labels: { ...labels, ...extra.labels },
      ...(annotations && { annotations }),
      ownerReferences: [controlledBy(owner)],
    },
    spec: { ...template.spec, ...(extra.nodeName !== undefined && { nodeName: extra.nodeName }) },
  });
}
