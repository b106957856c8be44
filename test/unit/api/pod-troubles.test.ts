import { describe, expect, it } from '@jest/globals';
import { podTroubles } from '../../../src/api/pod-troubles.ts';
import type { Pod } from '../../../src/api/types/index.ts';

describe('podTroubles', () => {
  const podWith = (status: NonNullable<Pod['status']>): Pod => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [] }, status });
  const container = { name: 'c', image: 'i', ready: false };

  it('counts a container in CrashLoopBackOff as broken though its pod is Running', () => {
    const pod = podWith({ phase: 'Running', containerStatuses: [{ ...container, restartCount: 7, state: { waiting: { reason: 'CrashLoopBackOff' } } }] });
    expect(podTroubles(pod)).toEqual({ broken: ['p/c waits: CrashLoopBackOff'], restarts: ['p/c restarted 7 times'] });
  });

  it('finds nothing in a pod that is well', () => {
    expect(podTroubles(podWith({ phase: 'Running', containerStatuses: [{ ...container, ready: true, restartCount: 1 }] }))).toEqual({ broken: [], restarts: [] });
  });

  it.each<[string, NonNullable<Pod['status']>, string[]]>([
    ['the last words of a program that ended', { containerStatuses: [{ ...container, restartCount: 1, state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } }, lastState: { terminated: { message: 'a\nCannot run: no\n' } } }] }, ['p/c waits: CrashLoopBackOff (Cannot run: no)']],
    ['why an image is not there', { containerStatuses: [{ ...container, restartCount: 0, state: { waiting: { reason: 'ErrImagePull', message: 'not found' } } }] }, ['p/c waits: ErrImagePull (not found)']],
    ['why no node takes it', { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes are available' }] }, ['p cannot be scheduled: 0/1 nodes are available']],
    ['nothing of a container that is being created', { containerStatuses: [{ ...container, restartCount: 0, state: { waiting: { reason: 'ContainerCreating' } } }] }, []],
    ['a pod that failed', { phase: 'Failed' }, ['p failed']],
  ])('says %s', (_title, status, broken) => {
    expect(podTroubles(podWith(status)).broken).toEqual(broken);
  });
});
