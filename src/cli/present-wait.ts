import type { WaitReport } from '../diagnose/wait/wait-for-service.ts';

/** One line of what has been awaited. */
export function describeWait({ clusters, name, namespace, seconds, stage }: WaitReport): string {
  return `${namespace}/${name} is ${stage} in ${clusters.map(({ cluster }) => cluster).join(', ')}, after ${seconds} s`;
}
