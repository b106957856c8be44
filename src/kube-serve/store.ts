export { createObjectStore } from './store/memory-store.ts';
export type { ObjectStore, ObjectStoreOptions } from './store/object-store.ts';
export type * from './store/types.ts';
