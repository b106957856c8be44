import { describe, expect, it } from '@jest/globals';
import { makeMatrix, type MatrixPair } from '../../../../src/inspect/matrix/make-matrix.ts';
import { matrixFleet, matrixMember, type MatrixMember, mixedFleet } from '../../../helpers/matrix-fleet.ts';

const fresh = { west: 3, east: 4 };

/** West, which hosts the broker, and east. */
function pairOf(west: MatrixMember, east: MatrixMember | undefined): MatrixPair | undefined {
  const fleet = matrixFleet([matrixMember('west', { tunnels: ['east'], broker: fresh, ...west }), ...(east === undefined ? [] : [matrixMember('east', { tunnels: ['west'], ...east })])]);
  return makeMatrix(fleet).pairs.find(({ from, to }) => from === 'west' && to === 'east');
}

describe('makeMatrix', () => {
  it('has each pair of different clusters in both directions', () => {
    const { clusters, pairs } = makeMatrix(mixedFleet());
    expect(clusters.map(({ cluster, context }) => [cluster, context])).toEqual([['west', 'ctx-west'], ['east', 'ctx-east'], ['south', 'ctx-south'], ['far', undefined]]);
    expect(pairs.map(({ from, to }) => `${from} ${to}`)).toEqual(['west east', 'west south', 'west far', 'east west', 'east south', 'east far', 'south west', 'south east', 'south far', 'far west', 'far east', 'far south']);
  });

  it('says of a mixed fleet what each end says', () => {
    const rows = makeMatrix(mixedFleet()).pairs.map(({ asymmetry, control, data, dns, from, to }) => [from, to, control.state, dns.state, data.state, data.averageRTT, asymmetry]);
    expect(rows).toEqual([
      ['west', 'east', 'ok', 'ok', 'connected', '1.5ms', undefined],
      ['west', 'south', 'stale', 'ok', 'connected', '1.5ms', 'state'],
      ['west', 'far', 'stale', 'ok', 'error', undefined, undefined],
      ['east', 'west', 'ok', 'ok', 'connected', '1.5ms', undefined],
      ['east', 'south', 'stale', 'ok', 'connected', '1.5ms', 'state'],
      ['east', 'far', 'stale', 'ok', 'connected', '41ms', undefined],
      ['south', 'west', 'stale', 'not ready', 'error', undefined, 'state'],
      ['south', 'east', 'stale', 'not ready', 'connecting', undefined, 'state'],
      ['south', 'far', 'stale', 'not ready', 'missing', undefined, undefined],
      ['far', 'west', 'stale', 'unknown', 'unknown', undefined, undefined],
      ['far', 'east', 'stale', 'unknown', 'unknown', undefined, undefined],
      ['far', 'south', 'stale', 'unknown', 'unknown', undefined, undefined],
    ]);
  });

  it('names clusters that could not be read, and is empty where there is no member', () => {
    expect(makeMatrix(matrixFleet([], 'gone'))).toEqual({ clusters: [], pairs: [], unread: [{ context: 'gone', code: 'MCS_CLUSTER_UNREACHABLE', message: 'Cannot read "gone": no answer within 8 s', hints: [] }], leftOut: [] });
  });

  it('keeps apart two clusters that have one id', () => {
    const { clusters, pairs } = makeMatrix(matrixFleet([matrixMember('west', { context: 'a' }), matrixMember('west', { context: 'b' })]));
    expect(clusters.map(({ cluster }) => cluster)).toEqual(['west (a)', 'west (b)']);
    expect(pairs).toHaveLength(2);
  });
});

describe('control of a pair', () => {
  it.each<[string, MatrixMember, MatrixMember, string]>([
    ['both renew their Leases', {}, {}, 'ok ok '],
    ['one does not', { broker: { west: 3, east: 61 } }, {}, 'bad stale "east" has not renewed its Lease for 61 s'],
    ['a Lease is as old as it may be', { broker: { west: 60, east: 60 } }, {}, 'ok ok '],
    ['one has no Lease', { broker: { west: 3, east: undefined } }, {}, 'bad stale "east" has no Lease on the broker'],
    ['one is not a member', { broker: { west: 3 } }, {}, 'bad separate "west" is a member of the broker in "west", "east" is not'],
    ['each has a broker of its own', { broker: { west: 3 } }, { broker: { east: 3 } }, 'bad separate "west" is a member of the broker in "west", "east" is not'],
    ['no broker can be read', { broker: {} }, {}, 'unknown unknown their broker cannot be read from here'],
  ])('where %s', (_case, west, east, expected) => {
    const { control } = pairOf(west, east) as MatrixPair;
    expect(`${control.verdict} ${control.state} ${control.message}`).toBe(expected);
  });
});

describe('DNS of a pair', () => {
  it.each<[string, MatrixMember, string]>([
    ['the name server is ready and asked', {}, 'ok ok'],
    ['CoreDNS serves the domain itself', { wiring: 'served' }, 'ok ok'],
    ['one of two pods is ready', { dnsReady: 1 }, 'ok ok'],
    ['no pod is ready', { dnsReady: 0 }, 'bad not ready'],
    ['somebody stands in the way', { wiring: 'conflict' }, 'bad not wired'],
    ['no DNS of the cluster was recognised', { wiring: 'none' }, 'off off'],
    ['it is being loaded', { wiring: 'loading' }, 'unknown loading'],
    ['the controller has said nothing', { wiring: undefined }, 'unknown unknown'],
    ['it is left alone', { wiring: 'off' }, 'off off'],
    ['service discovery is not installed', { components: ['connectivity'], dnsReady: 0 }, 'off off'],
  ])('where %s', (_case, west, expected) => {
    const { dns } = pairOf(west, {}) as MatrixPair;
    expect(`${dns.verdict} ${dns.state}`).toBe(expected);
  });
});

describe('data of a pair', () => {
  it.each<[string, MatrixMember, MatrixMember | undefined, string]>([
    ['both ends are connected', {}, {}, 'ok connected 1.5ms'],
    ['nothing probes it', { tunnels: ['east=none'] }, {}, 'unknown none'],
    ['the other end hears nothing', {}, { tunnels: ['west=error'] }, 'ok connected 1.5ms state'],
    ['the other end knows no tunnel', {}, { tunnels: [] }, 'ok connected 1.5ms state'],
    ['this end knows no tunnel', { tunnels: [] }, {}, 'bad missing state'],
    ['both ends hear nothing', { tunnels: ['east=error'] }, { tunnels: ['west=connecting'] }, 'bad error'],
    ['the agent of the gateway is silent', { leaseAge: 40 }, {}, 'bad silent state'],
    ['the other end cannot be read', { endpoints: ['east'] }, undefined, 'ok connected 1.5ms'],
    ['the times differ much', { rtt: { east: '1.2ms' } }, { rtt: { west: '48ms' } }, 'ok connected 1.2ms rtt'],
    ['the times differ by noise', { rtt: { east: '200µs' } }, { rtt: { west: '3ms' } }, 'ok connected 200µs'],
    ['this one has no data plane', { tunnels: undefined }, {}, 'off off'],
    ['the other one has no data plane', { tunnels: [] }, { tunnels: undefined }, 'off off'],
  ])('where %s', (_case, west, east, expected) => {
    const { asymmetry = '', data } = pairOf(west, east) as MatrixPair;
    expect([data.verdict, data.state, data.averageRTT ?? '', asymmetry].filter((part) => part !== '').join(' ')).toBe(expected);
  });
});
