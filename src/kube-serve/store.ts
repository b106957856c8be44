export { createObjectStore } from './store/memory-store.ts';
export type { ObjectStore, ObjectStoreOptions } from './store/object-store.ts';
export type { ReadStore } from './store/read-store.ts';
export { createReplicaStore } from './store/replica-store.ts';
export type { ReplicaStore, ReplicaStoreOptions } from './store/replica-store.ts';
export type * from './store/types.ts';
