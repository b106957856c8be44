import type { Exec } from '../../base/exec.ts';

export interface IcmpEcho {
  /** The kernel chooses it where none is named. */
  readonly source?: string;
  readonly target: string;
  /** IP header included, bytes. */
  readonly size: number;
}

const ANSWER_TIMEOUT_S = 1;
/** Packets sent at once, since single ones get lost. */
const TRIES = 3;
/** More hops than a tunnel has, so that one packet goes all the way. */
const TTL = 64;

/**
 * Whether ICMP echoes of that size are answered. By traceroute, since its -F sends with
 * IP_PMTUDISC_PROBE: not fragmented, and also where the kernel believes the path to be narrower. The
 * ping of Debian 12 cannot do so.
 */
export async function isEchoAnswered(exec: Exec, { source, target, size }: IcmpEcho, signal?: AbortSignal): Promise<boolean> {
  const hops = ['-f', String(TTL), '-m', String(TTL), '-q', String(TRIES), '-N', String(TRIES), '-w', String(ANSWER_TIMEOUT_S)];
  const { stdout, code } = await exec('traceroute', ['-n', '-F', '-I', ...hops, ...(source === undefined ? [] : ['-s', source]), target, String(size)], { ...(signal && { signal }) });
  // "64  * 10.2.0.1  0.3 ms *"; "!F" and its like follow the address of one who refuses
  const [, answers = ''] = stdout.split(`\n${TTL} `);
  return code === 0 && answers.includes(` ${target} `) && !answers.includes('!');
}
