import { describe, expect, it } from '@jest/globals';
import type { ConnectionState, Gateway } from '../../../../src/api/types/index.ts';
import { findUnreachable } from '../../../../src/sync/cable/unreachable-clusters.ts';
import { cableSpec } from '../../../helpers/member-records.ts';

/** `active east=error south=connected` */
function gateway(text: string): Gateway {
  const [haStatus, ...states] = text.split(' ');
  const connections = states.map((state) => {
    const [cluster = '', status] = state.split('=');
    return { status: status as ConnectionState, statusMessage: '', endpoint: cableSpec(cluster, '192.0.2.1') };
  });
  return {
    apiVersion: 'submariner.io/v1',
    kind: 'Gateway',
    metadata: { name: text },
    status: { version: '', haStatus: haStatus as 'active' | 'passive', statusFailure: '', localEndpoint: cableSpec('west', '192.0.2.2'), connections },
  };
}

interface Case {
  readonly title: string;
  readonly gateways: readonly string[];
  readonly before?: readonly string[];
  /** Gateways that an Endpoint of the own cluster names. */
  readonly carriers?: readonly string[];
  readonly expected: readonly string[];
}

const CASES: readonly Case[] = [
  { title: 'an error makes a cluster unreachable', gateways: ['active east=error south=connected'], expected: ['east'] },
  { title: 'a connection makes it reachable again', gateways: ['active east=connected'], before: ['east'], expected: [] },
  { title: 'connections without probes say nothing against it', gateways: ['active east=none'], before: ['east'], expected: [] },
  { title: 'while a connection is being made, what was said before holds: unreachable', gateways: ['active east=connecting'], before: ['east'], expected: ['east'] },
  { title: 'while a connection is being made, what was said before holds: reachable', gateways: ['active east=connecting'], expected: [] },
  { title: 'what a passive gateway says does not count', gateways: ['passive east=error', 'active east=connected'], expected: [] },
  { title: 'without an active gateway, what was said before holds', gateways: ['passive east=connected'], before: ['east'], expected: ['east'] },
  { title: 'without any gateway, what was said before holds', gateways: [], before: ['east'], expected: ['east'] },
  { title: 'of two that call themselves active, a connection counts more', gateways: ['active east=error', 'active east=connected'], expected: [] },
  { title: 'the last words of a gateway whose node is gone do not count', gateways: ['active east=connected', 'active east=error'], carriers: ['active east=error'], expected: ['east'] },
  { title: 'a cluster without connection is forgotten', gateways: ['active south=connected'], before: ['east'], expected: [] },
];

describe('findUnreachable', () => {
  it.each(CASES)('$title', ({ gateways, before = [], carriers = [], expected }) => {
    expect([...findUnreachable(gateways.map(gateway), new Set(carriers), new Set(before))]).toEqual(expected);
  });
});
