import { described, flag, integer, keyedList, object, setList, text, textMap, time } from './builders.ts';
import { atomicMap } from './builders.ts';

const ownerReference = atomicMap(
  object({ apiVersion: text, kind: text, name: text, uid: text, controller: flag, blockOwnerDeletion: flag }, ['apiVersion', 'kind', 'name', 'uid']),
);

/** metav1.ObjectMeta */
export const metadataSchema = described('Standard metadata of the object', {
  ...object({
    name: described('Unique within a namespace; cannot be changed', text),
    generateName: text,
    namespace: text,
    labels: described('Keys and values that select and organise objects', textMap),
    annotations: described('Arbitrary keys and values for tools', textMap),
    finalizers: setList(),
    ownerReferences: keyedList(['uid'], ownerReference),
    uid: text,
    resourceVersion: text,
    generation: integer,
    creationTimestamp: time,
    deletionTimestamp: time,
    deletionGracePeriodSeconds: integer,
  }),
});
