import type { Answer, DnsRecord } from './records.ts';

/** Numbers of the record types that are answered (IANA). */
const TYPE_NUMBERS: Readonly<Record<DnsRecord['type'], number>> = { A: 1, NS: 2, CNAME: 5, SOA: 6, HINFO: 13, TXT: 16, AAAA: 28, SRV: 33 };

export interface DnsJson {
  /** Response code. */
  readonly Status: number;
  readonly Answer?: readonly { readonly name: string; readonly type: number; readonly TTL: number; readonly data: string }[];
}

/** An answer in the JSON form that public resolvers use, for checks that come over HTTP. */
export function toDnsJson({ rcode, answers }: Answer): DnsJson {
  if (answers.length === 0) return { Status: rcode };
  return { Status: rcode, Answer: answers.map((record) => ({ name: record.name, type: TYPE_NUMBERS[record.type], TTL: record.ttl, data: dataText(record) })) };
}

function dataText(record: DnsRecord): string {
  switch (record.type) {
    case 'SRV':
      return `${record.data.priority} ${record.data.weight} ${record.data.port} ${record.data.target}`;
    case 'SOA':
      return `${record.data.mname} ${record.data.rname} ${record.data.serial}`;
    case 'HINFO':
      return `${record.data.cpu} ${record.data.os}`;
    case 'A':
    case 'AAAA':
    case 'NS':
    case 'CNAME':
    case 'TXT':
      return record.data;
  }
}
