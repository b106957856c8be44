import { describe, expect, it } from '@jest/globals';
import type { PathsRequest } from '../../../../src/probe/paths/paths-request.ts';
import { readTable, renderTable } from '../../../../src/probe/paths/watch-rules.ts';

const TOKEN = '00000000000000ab';
const request = (parts: Partial<PathsRequest> = {}): Pick<PathsRequest, 'table' | 'send' | 'await'> => ({ table: 'mcs-probe-a1', send: [], await: [], ...parts });

describe('renderTable', () => {
  it('is one line, so that an interactive nft makes it at once', () => {
    const text = renderTable(request({ await: [{ token: TOKEN, family: 'IPv4' }], send: [{ token: 'ff00000000000000', host: '192.0.2.1', port: 4500, fromPort: 4500 }] }), true);
    expect(text).not.toContain('\n');
    expect(text).toContain('flags owner;');
    expect(text).toContain(`@th,64,64 0x${TOKEN} update @arrived0 { ip saddr . udp sport . ip daddr . udp dport }`);
    expect(text).toContain(`@th,64,64 0x${TOKEN} update @delivered0 { ip saddr . udp sport . ip daddr . udp dport } drop`);
    expect(text).toContain('@th,64,64 0xff00000000000000 udp sport set 4500');
    expect(renderTable(request(), false)).not.toContain('owner');
  });

  it('leaves the port of a sender alone that has none to hide behind', () => {
    expect(renderTable(request({ send: [{ token: TOKEN, host: '192.0.2.1', port: 4800 }] }), true)).not.toContain('sport set');
  });

  it('looks for IPv6 by its own header', () => {
    const text = renderTable(request({ await: [{ token: TOKEN, family: 'IPv6' }] }), true);
    expect(text).toContain('type ipv6_addr');
    expect(text).toContain('ip6 saddr');
  });

  it.each([
    ['a table', request({ table: 'filter; flush ruleset' })],
    ['a token', request({ await: [{ token: 'ab } ; flush ruleset', family: 'IPv4' }] })],
    ['a token that is sent', request({ send: [{ token: '0', host: '192.0.2.1', port: 1, fromPort: 1 }] })],
  ])('throws for %s that is none', (_what, wrong) => {
    expect(() => renderTable(wrong, true)).toThrow('no table can be made');
  });
});

describe('readTable', () => {
  const listing = (...sets: object[]): string => JSON.stringify({ nftables: [{ metainfo: {} }, { table: {} }, ...sets.map((set) => ({ set }))] });

  it('gives what arrived and what was delivered, by token', () => {
    const concat = ['192.0.2.1', 4500, '192.0.2.2', 4500];
    const passage = { from: '192.0.2.1', fromPort: 4500, to: '192.0.2.2', toPort: 4500 };
    const text = listing({ name: 'arrived0', elem: [{ concat }] }, { name: 'delivered0' }, { name: 'arrived1', elem: [{ elem: { val: { concat }, expires: 5 } }] }, { name: 'delivered1', elem: [{ concat }] });
    expect(readTable(text, [{ token: 'a', family: 'IPv4' }, { token: 'b', family: 'IPv4' }])).toEqual([
      { token: 'a', arrived: [passage], delivered: [] },
      { token: 'b', arrived: [passage], delivered: [passage] },
    ]);
  });
});
