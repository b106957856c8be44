/** Answer to one question, without the wire format. */
export type DnsRecord =
  | { readonly name: string; readonly type: 'A' | 'AAAA'; readonly ttl: number; readonly data: string }
  | { readonly name: string; readonly type: 'SRV'; readonly ttl: number; readonly data: { readonly target: string; readonly port: number; readonly priority: number; readonly weight: number } }
  | { readonly name: string; readonly type: 'TXT'; readonly ttl: number; readonly data: string }
  | { readonly name: string; readonly type: 'NS' | 'CNAME'; readonly ttl: number; readonly data: string }
  | { readonly name: string; readonly type: 'HINFO'; readonly ttl: number; readonly data: { readonly cpu: string; readonly os: string } }
  | { readonly name: string; readonly type: 'SOA'; readonly ttl: number; readonly data: Soa };

export interface Soa {
  readonly mname: string;
  readonly rname: string;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  /** How long negative answers may be kept, s (RFC 2308). */
  readonly minimum: number;
}

/** Response codes in use (RFC 1035, RFC 6891). */
export const RCODE = { noError: 0, formErr: 1, servFail: 2, nxDomain: 3, notImp: 4, refused: 5, badVers: 16 } as const;
export type Rcode = (typeof RCODE)[keyof typeof RCODE];

export interface Answer {
  readonly rcode: Rcode;
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

/** What cannot be known yet, or at present. */
export const SERVFAIL: Answer = bareAnswer(RCODE.servFail);
/** What is nobody's here. */
export const REFUSED: Answer = bareAnswer(RCODE.refused);

/** An answer without records. */
export function bareAnswer(rcode: Rcode): Answer {
  return { rcode, answers: [], authorities: [], additionals: [] };
}
