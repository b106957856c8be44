export type * from './core.ts';
export type * from './data-plane.ts';
export type * from './gateway-dns.ts';
export type * from './mcs.ts';
export type * from './meta.ts';
