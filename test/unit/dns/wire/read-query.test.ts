import { describe, expect, it } from '@jest/globals';
import { encode, type Packet } from 'dns-packet';
import { type Query, readQuery } from '../../../../src/dns/wire/read-query.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** id 7, RD, one question; counts of the other sections as given. */
const header = (counts = '0001 0000 0000 0000'): string => `0007 0100 ${counts}`;
const NAME = '03 737663 05 6c6f63616c 00'; // svc.local
const A_IN = '0001 0001';
const OPT = '00 0029 1000 00 00 8000 0000'; // size 4096, DO
const withOpt = header('0001 0000 0000 0001');

describe('readQuery', () => {
  it('reads name, type, class and EDNS from bytes', () => {
    const query = readQuery(hex(`${withOpt} ${NAME} 001c 0003 ${OPT}`)) as Query;
    expect(query).toMatchObject({ type: 28, class: 3, edns: { size: 4096, version: 0, wantsDnssec: true } });
    expect(query.nameEnd).toBe(23);
  });

  it('reads OPT beside other additional records', () => {
    const opt = { type: 'OPT', name: '.', udpPayloadSize: 1400, flags: 0, options: [] };
    const packet = encode({ type: 'query', questions: [{ type: 'A', name: 'a' }], additionals: [{ type: 'A', name: 'x', data: '10.0.0.1' }, opt] } as unknown as Packet);
    expect(readQuery(packet)).toMatchObject({ edns: { size: 1400 } });
  });

  const malformed: [string, string, number | undefined][] = [
    ['nothing', '', undefined],
    ['eleven bytes', '0007 0100 0001 0000 0000 00', undefined],
    ['a response', `0007 8180 0001 0000 0000 0000 ${NAME} ${A_IN}`, undefined],
    ['an update', `0007 2800 0001 0000 0000 0000 ${NAME} ${A_IN}`, 4],
    ['a status request without a question', '0007 1000 0000 0000 0000 0000', 4],
    ['no question', header('0000 0000 0000 0000'), 1],
    ['two questions', `${header('0002 0000 0000 0000')} ${NAME} ${A_IN} ${NAME} ${A_IN}`, 1],
    ['an answer in a query', `${header('0001 0001 0000 0000')} ${NAME} ${A_IN} c00c 0001 0001 00000000 0004 0a000001`, 1],
    ['an authority in a query', `${header('0001 0000 0001 0000')} ${NAME} ${A_IN} c00c 0001 0001 00000000 0004 0a000001`, 1],
    ['a name without an end', `${header()} 03 737663`, 1],
    ['a name without type and class', `${header()} ${NAME} 0001`, 1],
    ['a pointer to itself', `${header()} c00c ${A_IN}`, 1],
    ['a pointer after a label', `${header()} 03 737663 c000 ${A_IN}`, 1],
    ['a label of an unknown kind', `${header()} 41 00 ${A_IN}`, 1],
    ['a name of 256 bytes', `${header()} ${'3f'.padEnd(128, '61').repeat(4)} 00 ${A_IN}`, 1],
    ['bytes behind the question', `${header()} ${NAME} ${A_IN} 00`, 1],
    ['an additional record that is missing', `${withOpt} ${NAME} ${A_IN}`, 1],
    ['an OPT that is cut short', `${withOpt} ${NAME} ${A_IN} 00 0029 1000 00`, 1],
    ['an OPT whose options are longer than the packet', `${withOpt} ${NAME} ${A_IN} 00 0029 1000 00 00 0000 0008 000a 0002`, 1],
    ['an option that is longer than OPT', `${withOpt} ${NAME} ${A_IN} 00 0029 1000 00 00 0000 0004 000a 0002`, 1],
    ['an OPT with a name', `${withOpt} ${NAME} ${A_IN} 01 61 00 0029 1000 00 00 0000 0001`, 1],
    ['two OPTs', `${header('0001 0000 0000 0002')} ${NAME} ${A_IN} ${OPT} ${OPT}`, 1],
    ['more additional records than there are', `${header('0001 0000 0000 ffff')} ${NAME} ${A_IN} ${OPT}`, 1],
  ];
  it.each(malformed)('%s', (_what, text, expected) => {
    expect(readQuery(hex(text))).toBe(expected);
  });
});
