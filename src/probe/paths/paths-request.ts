import type { IpFamily } from '../../api/types/index.ts';

/** Datagrams that go one way, known by what they begin with: 16 digits of hex. */
export interface DatagramFlow {
  readonly token: string;
  readonly host: string;
  readonly port: number;
  /** Port that they seem to come from on the wire, as those of who holds that port; any by default. */
  readonly fromPort?: number;
}

/** Datagrams that are to arrive here. */
export interface AwaitedFlow {
  readonly token: string;
  readonly family: IpFamily;
}

export interface EchoTarget {
  readonly host: string;
  readonly port: number;
}

/** What a node is asked to find out about the ways to others, all within the same few seconds. */
export interface PathsRequest {
  /** Table of nftables that is made for that time: `mcs-probe-` and lower-case letters and digits. */
  readonly table: string;
  /** How long datagrams are sent and awaited, ms. */
  readonly windowMs: number;
  readonly send: readonly DatagramFlow[];
  readonly await: readonly AwaitedFlow[];
  /** What answers probes of gateways. */
  readonly echoes: readonly EchoTarget[];
  /** Addresses to which the largest packet that passes is looked for. */
  readonly sizes: readonly string[];
}

export interface SentDatagrams {
  readonly token: string;
  /** Address and port that they left from; empty where none could be sent. */
  readonly from: string;
  readonly fromPort: number;
  readonly sent: number;
  /** ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ...: what this node or somebody on the way said. */
  readonly error?: string;
}

/** Addresses and ports as they were seen: NAT on the way changes them. */
export interface Passage {
  readonly from: string;
  readonly fromPort: number;
  readonly to: string;
  readonly toPort: number;
}

export interface SeenDatagrams {
  readonly token: string;
  /** As they reached the node. */
  readonly arrived: readonly Passage[];
  /** As its packet filters let them through to their port. */
  readonly delivered: readonly Passage[];
}

export interface EchoAnswer extends EchoTarget {
  readonly sent: number;
  readonly received: number;
  /** Median of the times there and back, ms; absent where nothing came back. */
  readonly medianMs?: number;
}

export interface PathSize {
  readonly address: string;
  readonly device: string;
  /** Largest packet that the kernel sends there, bytes. */
  readonly promised: number;
  /** Largest one up to that which is answered; absent where not even the smallest is. */
  readonly largest?: number;
}

export interface PathsResult {
  readonly sent: readonly SentDatagrams[];
  readonly seen: readonly SeenDatagrams[];
  /** Why nothing could be awaited. */
  readonly blind?: string;
  readonly echoes: readonly EchoAnswer[];
  readonly sizes: readonly PathSize[];
}

/** Longest time for one search of the largest packet, ms. */
const SIZE_MS = 7_000;
/** To make the table, and read and remove it, ms. */
const AROUND_MS = 2_000;

/** No search begins later than that, ms. */
export const lastSearchMs = ({ windowMs }: PathsRequest): number => windowMs / 2;

/** The longest that it takes, ms. */
export function pathsLimitMs(request: PathsRequest): number {
  return Math.max(request.windowMs + AROUND_MS, lastSearchMs(request) + SIZE_MS);
}
