import { describe, expect, it } from '@jest/globals';
import { isAway } from '../../../src/gateway-dns/delivery-ledger.ts';
import { lookAtGateway } from '../../../src/gateway-dns/look-at-gateway.ts';
import { NameBook } from '../../../src/gateway-dns/name-book.ts';
import type { GatewayLookup } from '../../../src/gateway-dns/plan/gateway-lookup.ts';
import { ENVOY, gatewayClusters, gatewayDNS, plansOf, ruleOf } from '../../helpers/gateway-dns.ts';

const A = 'dev/a';
const found = (...addresses: string[]): GatewayLookup => ({ kind: 'found', addresses, hostnames: [], notes: [], port: 80 });
const plans = (...keys: string[]): ReturnType<typeof plansOf> => plansOf([gatewayDNS('dev/dns', { ...ENVOY, healthCheck: { failureThreshold: 1 } })], gatewayClusters(...keys));

interface Scene {
  readonly book: NameBook;
  lookup: GatewayLookup;
}

function scene(withheld: string[] = [], healthChecks = true): Scene {
  const one: Scene = { book: new NameBook({ look: () => one.lookup, withheldBefore: () => withheld, healthChecks }), lookup: found('192.0.2.1', '192.0.2.2') };
  return one;
}

const addressesOf = ({ book }: Scene): readonly string[] => {
  const content = book.get(A)?.content;
  return content?.kind === 'records' ? content.addresses : [];
};

describe('NameBook', () => {
  it('tells what is different, and nothing else', () => {
    const one = scene();
    const told = (change: ReturnType<NameBook['share']>): string[] => [...change.changed.map(({ origin }) => origin), ...change.gone.map(({ origin }) => `-${origin}`)];
    expect(told(one.book.share(plans(A)))).toEqual(['dev.a']);
    expect(told(one.book.share(plans(A)))).toEqual([]);
    expect(one.book.look(A)).toBeUndefined();
    one.lookup = found('192.0.2.3');
    expect(one.book.look(A)?.origin).toBe('dev.a');
    // the others learn, and are learned by, a new one
    expect(told(one.book.share(plans(A, 'dev/b'))).toSorted()).toEqual(['dev.a', 'dev.b']);
    expect(told(one.book.share(plans(A))).toSorted()).toEqual(['-dev.b', 'dev.a']);
    expect([...one.book.origins()]).toEqual(['dev.a']);
    expect(one.book.originsOf('dev-a-gateway')).toEqual(['dev.a']);
    expect(one.book.originsOf('other')).toEqual([]);
  });

  it('another port of the same addresses is a difference, for it is asked', () => {
    const one = scene();
    one.book.share(plans(A));
    one.lookup = { ...found('192.0.2.1', '192.0.2.2'), port: 8080 } as GatewayLookup;
    expect(one.book.look(A)?.targets.map(({ port }) => port)).toEqual([8080, 8080]);
  });

  it('an address that fails is left out, and stays so while its cluster is away', () => {
    const one = scene();
    one.book.share(plans(A));
    const [target] = one.book.get(A)?.targets ?? [];
    if (target === undefined) throw new Error('nothing is asked');
    expect(one.book.answered(A, target, false)).toBeUndefined();
    expect(one.book.answered(A, target, true)).toBeUndefined();
    expect(one.book.answered(A, { ...target, address: '192.0.2.2' }, true)).toBeUndefined();
    expect(one.book.answered(A, target, false)?.health.withheld).toEqual(new Set(['192.0.2.1']));
    expect(addressesOf(one)).toEqual(['192.0.2.2']);
    one.lookup = { kind: 'unknown', message: 'away' };
    expect(one.book.look(A)?.content).toEqual({ kind: 'kept', message: 'away' });
    one.lookup = found('192.0.2.1', '192.0.2.2');
    one.book.look(A);
    expect(addressesOf(one)).toEqual(['192.0.2.2']);
    expect(one.book.answered(A, target, true)?.health.withheld.size).toBe(0);
  });

  it.each([[true, ['192.0.2.2']], [false, ['192.0.2.1', '192.0.2.2']]])('takes up what was left out before, where health checks are %s', (healthChecks, expected) => {
    const one = scene(['192.0.2.1'], healthChecks);
    one.lookup = { kind: 'pending', message: 'not looked yet' };
    one.book.share(plans(A));
    one.lookup = found('192.0.2.1', '192.0.2.2');
    one.book.look(A);
    expect(addressesOf(one)).toEqual(expected);
  });
});

describe('what a cluster says of a gateway', () => {
  const rule = ruleOf(gatewayDNS('dev/dns'));
  const view = { nodes: [], slices: [] };

  it.each([
    ['connected', '', { view }, 'none'],
    ['connected', '', { missing: '' }, 'pending'],
    ['connected', '', { missing: 'services is forbidden' }, 'unknown'],
    ['connecting', '', undefined, 'pending'],
    ['connecting', 'Waits for a kubeconfig', undefined, 'unknown'],
    ['unreachable', 'no route', { view }, 'unknown'],
    ['refused', 'it runs a program', undefined, 'unknown'],
  ] as const)('%s (%s), with %j: %s', (state, message, knowledge, kind) => {
    const connection = { state, message, since: 0, server: '' };
    const session = knowledge && { gateways: { read: () => knowledge } };
    expect(lookAtGateway(rule, connection, session, false).kind).toBe(kind);
    expect(isAway(connection)).toBe(kind === 'unknown' && knowledge !== undefined && 'missing' in knowledge ? false : kind === 'unknown');
  });
});
