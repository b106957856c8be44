import { describe, expect, it } from '@jest/globals';
import { GATEWAY, gatewayScene, gatewaySlice, outcome } from './fixtures.ts';

const WILD = `*.${GATEWAY}`;
const KUARD = `kuard.${GATEWAY}`;

describe('GatewayIndex follows slices', () => {
  it('XC-15: several slices of one name are one, and go one by one', () => {
    const [a, b] = [gatewaySlice(WILD, ['10.0.0.1']), gatewaySlice(WILD.toUpperCase(), ['10.0.0.2', '10.0.0.1'])];
    const scene = gatewayScene([a, b]);
    expect(outcome(scene.ask(KUARD))).toEqual(['10.0.0.1', '10.0.0.2']);
    scene.remove(a);
    expect(outcome(scene.ask(KUARD))).toEqual(['10.0.0.1', '10.0.0.2']);
    scene.remove(b);
    expect(outcome(scene.ask(KUARD))).toBe('NXDOMAIN');
    expect(scene.index.size).toBe(0);
  });

  it('XC-15: a changed slice gives its new addresses alone, a renamed one its new name', () => {
    const scene = gatewayScene([gatewaySlice(WILD, ['10.0.0.1'], { name: 's' })]);
    scene.set(gatewaySlice(WILD, ['10.0.0.2'], { name: 's' }));
    expect(outcome(scene.ask(KUARD))).toEqual(['10.0.0.2']);
    scene.set(gatewaySlice('other.xcc.test', ['10.0.0.2'], { name: 's' }));
    expect([outcome(scene.ask(KUARD)), outcome(scene.ask(GATEWAY)), outcome(scene.ask('other.xcc.test'))]).toEqual(['NXDOMAIN', 'NXDOMAIN', ['10.0.0.2']]);
  });

  it('XC-22: a record goes with its annotation', () => {
    const scene = gatewayScene([gatewaySlice(WILD, ['10.0.0.1'], { name: 's' })]);
    scene.set(gatewaySlice(undefined, ['10.0.0.1'], { name: 's' }));
    expect(outcome(scene.ask(KUARD))).toBe('NXDOMAIN');
  });

  it('XC-22: any slice may be deleted, also one that never was a record', () => {
    const scene = gatewayScene([gatewaySlice(WILD, ['10.0.0.1'])]);
    scene.remove(gatewaySlice(undefined, ['10.1.0.1'], { name: 'dns-server-x7k2p' }), gatewaySlice('not a name', ['10.1.0.1']));
    expect(outcome(scene.ask(KUARD))).toEqual(['10.0.0.1']);
  });

  it('XC-22: an exact name that is deleted falls back to the wildcard, and so do those below it', () => {
    const exact = gatewaySlice(KUARD, ['10.0.0.9']);
    const scene = gatewayScene([gatewaySlice(WILD, ['10.0.0.1']), exact]);
    expect([outcome(scene.ask(KUARD)), outcome(scene.ask(`a.${KUARD}`))]).toEqual([['10.0.0.9'], 'NXDOMAIN']);
    scene.remove(exact);
    expect([outcome(scene.ask(KUARD)), outcome(scene.ask(`a.${KUARD}`))]).toEqual([['10.0.0.1'], ['10.0.0.1']]);
  });

  it('XC-19: a slice without addresses gives no name', () => {
    const scene = gatewayScene([gatewaySlice(WILD, ['10.0.0.1']), gatewaySlice(KUARD, [], { name: 'empty' })]);
    expect(outcome(scene.ask(KUARD))).toEqual(['10.0.0.1']);
    scene.set({ ...gatewaySlice(KUARD, [], { name: 'null' }), endpoints: null });
    expect(outcome(scene.ask(KUARD))).toEqual(['10.0.0.1']);
  });

  it('XC-21: what is no address, or not of the type of its slice, is skipped and counted; the rest is served', () => {
    const scene = gatewayScene([
      gatewaySlice(WILD, ['10.0.0.1', '300.0.0.1', 'fd00::1', 'lb.example.com', ''], { name: 'a' }),
      gatewaySlice(WILD, ['fd00:0:0::2', '10.0.0.4', 'fe80::1%eth0'], { name: 'b', type: 'IPv6' }),
      gatewaySlice('target.xcc.test', ['10.0.0.4', 'a b', '*.example.com'], { name: 'c', type: 'FQDN' }),
    ]);
    expect([outcome(scene.ask(KUARD)), outcome(scene.ask(KUARD, 'AAAA')), outcome(scene.ask('target.xcc.test'))]).toEqual([['10.0.0.1'], ['fd00::2'], 'NXDOMAIN']);
    expect(scene.index.skipped()).toEqual({ hostname: 0, zone: 0, address: 9 });
    scene.remove(gatewaySlice(WILD, [], { name: 'a' }));
    expect(scene.index.skipped().address).toBe(5);
  });

  it.each(['', '*', '*.', 'a..b', '.xcc.test', 'a.*.xcc.test', '**.xcc.test', 'under_score.xcc.test', '-a.xcc.test', `${'a'.repeat(64)}.xcc.test`, `${'a.'.repeat(125)}xcc.test`])('XC-21: "%s" is no name of a record', (hostname) => {
    const scene = gatewayScene([gatewaySlice(hostname, ['10.0.0.1'])], { suffixes: undefined });
    expect([scene.index.size, scene.index.skipped()]).toEqual([0, { hostname: 1, zone: 0, address: 0 }]);
  });

  it('a name outside of the zones is counted, and leads nowhere', () => {
    const scene = gatewayScene([gatewaySlice('a.example.com', ['lb.example.com'], { type: 'FQDN' })]);
    expect([scene.index.skipped().zone, scene.index.size, scene.targets]).toEqual([1, 0, []]);
  });

  it('endpoints that are not ready are left out, unless none is', () => {
    const bad = gatewaySlice(WILD, ['10.0.0.2'], { ready: false });
    const scene = gatewayScene([gatewaySlice(WILD, ['10.0.0.1'], { ready: true, name: 'good' }), bad]);
    expect(outcome(scene.ask(KUARD))).toEqual(['10.0.0.1']);
    scene.set(gatewaySlice(WILD, ['10.0.0.1'], { ready: false, name: 'good' }));
    expect(outcome(scene.ask(KUARD))).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it.each([
    [['60', undefined], 60],
    [['60', '30'], 30],
    [['0'], 0],
    [['86401'], 5],
    [['-1'], 5],
    [['soon'], 5],
  ] as const)('lives as long as the shortest of %j says: %i s', (ttls, expected) => {
    const scene = gatewayScene(ttls.map((ttl, index) => gatewaySlice(WILD, ['10.0.0.1'], { name: `s${index}`, ...(ttl !== undefined && { ttl }) })));
    expect(scene.ask(KUARD)?.answers[0]?.ttl).toBe(expected);
  });

  it('a name has at most as many addresses of a family as one slice of a hub, however many slices there are', () => {
    const slices = Array.from({ length: 3 }, (_, slice) => gatewaySlice(WILD, Array.from({ length: 90 }, (_each, index) => `10.0.${slice}.${index}`), { name: `s${slice}` }));
    const answers = gatewayScene(slices).ask(KUARD)?.answers ?? [];
    expect([answers.length, new Set(answers.map(({ data }) => data)).size]).toEqual([100, 100]);
  });

  it('of the targets of a slice, keeps the one alone that can be answered', () => {
    const many = gatewaySlice(WILD, Array.from({ length: 1000 }, (_, index) => `lb-${index}.example.com`), { type: 'FQDN', name: 'many' });
    const unready = gatewaySlice(WILD, ['a.example.com'], { type: 'FQDN', name: 'unready', ready: false });
    const scene = gatewayScene([many, unready]);
    expect(scene.targets).toEqual(['lb-0.example.com', 'a.example.com']);
    expect(outcome(scene.ask(KUARD, 'CNAME'))).toEqual(['lb-0.example.com']);
    scene.remove(many);
    expect([scene.targets, outcome(scene.ask(KUARD, 'CNAME'))]).toEqual([['a.example.com'], ['a.example.com']]);
    scene.remove(unready);
    expect(scene.targets).toEqual([]);
  });

  it('keeps a target as long as records lead to it, without a gap when one changes', () => {
    const lead = (name: string, target: string, ttl = '5') => gatewaySlice(`${name}.xcc.test`, [target], { type: 'FQDN', name, ttl });
    const scene = gatewayScene([lead('a', 'lb.example.com'), lead('b', 'lb.example.com')]);
    expect(scene.targets).toEqual(['lb.example.com', 'lb.example.com']);
    scene.set(lead('a', 'lb.example.com', '9'));
    scene.set(lead('b', 'other.example.com'));
    expect(scene.targets).toEqual(['lb.example.com', 'other.example.com']);
    scene.remove(lead('a', ''), lead('b', ''));
    expect(scene.targets).toEqual([]);
  });
});
