import { describe, expect, it } from '@jest/globals';
import { type Answer as CodecAnswer, decode, encode } from 'dns-packet';
import { type Answer, type DnsRecord, RCODE } from '../../../../src/dns/records.ts';
import { AnswerEncoder } from '../../../../src/dns/wire/encode-answer.ts';
import { type Query, readQuery } from '../../../../src/dns/wire/read-query.ts';
import { writeResponse } from '../../../../src/dns/wire/write-response.ts';

const NAME = '_http._tcp.db.shop.svc.clusterset.local';
const query = readQuery(encode({ type: 'query', id: 9, questions: [{ type: 'SRV', name: NAME }] })) as Query;

function srvAnswer(count: number): Answer {
  const hosts = Array.from({ length: count }, (_, index) => `10-1-2-${index}.cluster1.db.shop.svc.clusterset.local`);
  const answers = hosts.map((target): DnsRecord => ({ name: NAME, type: 'SRV', ttl: 5, data: { target, port: 80, priority: 0, weight: 100 } }));
  const additionals = hosts.map((name, index): DnsRecord => ({ name, type: 'A', ttl: 5, data: `10.1.2.${index}` }));
  return { rcode: RCODE.noError, answers, authorities: [], additionals };
}

const wireOf = (answer: Answer) => new AnswerEncoder().encode(answer, NAME, query.nameEnd);
const data = (records: readonly CodecAnswer[] = []): unknown[] => records.map((record) => ('data' in record ? record.data : record.type));
const targets = (records: readonly CodecAnswer[] = []): unknown[] => records.map((record) => (record as { data: { target: string } }).data.target);

describe('AnswerEncoder and writeResponse', () => {
  it('writes owner names as pointers into the question, also for parts of it and outside of it', () => {
    const names = [NAME, 'db.shop.svc.clusterset.local', 'x.y.shop.svc.clusterset.local', 'clusterset.local', 'other.example', 'local'];
    const answers = names.map((name): DnsRecord => ({ name, type: 'A', ttl: 5, data: '10.0.0.1' }));
    const wire = wireOf({ rcode: RCODE.noError, answers, authorities: [], additionals: [] });
    const decoded = decode(writeResponse(query, wire, 65_535));
    expect(decoded.answers?.map(({ name }) => name)).toEqual(names);
    expect(wire.answers.bytes.subarray(0, 2).toString('hex')).toBe('c00c');
  });

  it('never takes a name that merely ends alike for a part of the question', () => {
    const answers: DnsRecord[] = [{ name: 'cal', type: 'A', ttl: 5, data: '10.0.0.1' }];
    const decoded = decode(writeResponse(query, wireOf({ rcode: RCODE.noError, answers, authorities: [], additionals: [] }), 65_535));
    expect(decoded.answers?.[0]?.name).toBe('cal');
  });

  it('fits SRV records of ten endpoints with their addresses into an unfragmented packet', () => {
    const decoded = decode(writeResponse(query, wireOf(srvAnswer(10)), 1232));
    expect([decoded.answers?.length, decoded.additionals?.length]).toEqual([10, 10]);
    expect(targets(decoded.answers)).toEqual(decoded.additionals?.map(({ name }) => name));
  });

  it('begins with another answer and keeps all of them, whatever their length', () => {
    const wire = wireOf(srvAnswer(12));
    const all = targets(decode(writeResponse(query, wire, 65_535)).answers);
    for (let rotated = 0; rotated < 12; rotated += 1) {
      const decoded = decode(writeResponse(query, wire, 65_535, rotated));
      expect(targets(decoded.answers)).toEqual([...all.slice(rotated), ...all.slice(0, rotated)]);
      expect(data(decoded.additionals)).toHaveLength(12);
    }
  });

  const limits: [number, number, number, boolean][] = [
    // limit, answers, additionals, TC
    [65_535, 12, 12, false],
    [1232, 12, 0, false],
    [600, 8, 0, true],
    [126, 1, 0, true],
    [60, 0, 0, true],
  ];
  it.each(limits)('within %i bytes keeps %i answers and %i additionals, TC %s, from any first answer', (limit, answers, additionals, isTruncated) => {
    const wire = wireOf(srvAnswer(12));
    for (const rotated of [0, 5, 11]) {
      const response = writeResponse(query, wire, limit, rotated);
      const decoded = decode(response) as ReturnType<typeof decode> & { flag_tc: boolean };
      expect(response.length).toBeLessThanOrEqual(Math.max(limit, query.nameEnd + 4));
      expect([decoded.answers?.length, decoded.additionals?.length, decoded.flag_tc]).toEqual([answers, additionals, isTruncated]);
    }
  });
});
