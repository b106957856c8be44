import { describe, expect, it } from '@jest/globals';
import { mergePorts } from '../../../../src/sync/service/merge-ports.ts';
import { recordPort } from '../../../helpers/service-records.ts';

interface Case {
  readonly title: string;
  readonly east: readonly string[];
  readonly west: readonly string[];
  readonly union: readonly string[];
  /** Which merged port each of west's port names contributes to. */
  readonly westTo: Record<string, string>;
  readonly differs: boolean;
}

const CASES: readonly Case[] = [
  { title: 'the same ports in another order do not differ', east: ['a TCP/80', 'b TCP/81'], west: ['b TCP/81', 'a TCP/80'], union: ['a', 'b'], westTo: { a: 'a', b: 'b' }, differs: false },
  { title: 'union of different ports', east: ['a TCP/80'], west: ['b TCP/81'], union: ['a', 'b'], westTo: { b: 'b' }, differs: true },
  { title: 'the same name with another number contributes nothing', east: ['a TCP/80'], west: ['a TCP/81'], union: ['a'], westTo: {}, differs: true },
  { title: 'the same name with another protocol contributes nothing', east: ['a TCP/80'], west: ['a UDP/80'], union: ['a'], westTo: {}, differs: true },
  { title: 'the same number under another name contributes to that port', east: ['a TCP/80'], west: ['b TCP/80'], union: ['a'], westTo: { b: 'a' }, differs: true },
  { title: 'an unnamed port meets a named one of the same number', east: ['TCP/80'], west: ['a TCP/80'], union: [''], westTo: { a: '' }, differs: true },
  { title: 'the same number with another protocol is another port', east: ['a TCP/53'], west: ['b UDP/53'], union: ['a', 'b'], westTo: { b: 'b' }, differs: true },
  { title: 'a name that is taken is not merged by its number', east: ['a TCP/80', 'b TCP/81'], west: ['a TCP/81'], union: ['a', 'b'], westTo: {}, differs: true },
  { title: 'a headless service without ports', east: [], west: [], union: [], westTo: {}, differs: false },
];

describe('mergePorts', () => {
  it.each(CASES)('$title', ({ east, west, union, westTo, differs }) => {
    const merged = mergePorts([
      { cluster: 'east', ports: east.map(recordPort) },
      { cluster: 'west', ports: west.map(recordPort) },
    ]);
    expect(merged.ports.map(({ name }) => name)).toEqual(union);
    expect(Object.fromEntries(merged.names.get('west') ?? [])).toEqual(westTo);
    expect(merged.differing).toEqual(differs ? ['west'] : []);
  });

  it('never yields two ports of one name, nor of one protocol and number', () => {
    const { ports } = mergePorts([
      { cluster: 'a', ports: ['x TCP/1', 'y TCP/2'].map(recordPort) },
      { cluster: 'b', ports: ['y TCP/1', 'x TCP/2', 'z TCP/3'].map(recordPort) },
      { cluster: 'c', ports: ['z TCP/2', 'w TCP/3', 'TCP/4'].map(recordPort) },
    ]);
    expect(new Set(ports.map(({ name }) => name)).size).toBe(ports.length);
    expect(new Set(ports.map(({ protocol, port }) => `${protocol}/${port}`)).size).toBe(ports.length);
  });
});
