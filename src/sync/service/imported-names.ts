import { hash } from 'node:crypto';
import { fitName, MAX_OBJECT_NAME } from '../../api/names.ts';

const BASE32HEX = '0123456789abcdefghijklmnopqrstuv';

/** Name of the Service that carries the clusterset IP of a service: `derived-` and 10 characters of a hash. */
export function derivedServiceName(namespace: string, service: string): string {
  const digest = hash('sha256', `${namespace}/${service}`, 'buffer');
  return `derived-${Array.from(digest.subarray(0, 10), (byte) => BASE32HEX[byte % 32]).join('')}`;
}

/**
 * Name of an imported slice: `<slice>.<cluster>`. The cluster id holds no dot and always stands
 * at the end, whole, so that no member can choose a slice name that meets another member's.
 */
export function importedSliceName(slice: string, cluster: string): string {
  return `${fitName(slice, MAX_OBJECT_NAME - cluster.length - 1)}.${cluster}`;
}
