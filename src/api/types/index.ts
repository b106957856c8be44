export type * from './core.ts';
export type * from './mcs.ts';
export type * from './meta.ts';
