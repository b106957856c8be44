import { describe, expect, it } from '@jest/globals';
import { McsError } from '../../../../src/base/errors.ts';
import type { Exec, ExecResult } from '../../../../src/base/exec.ts';
import { checkHost } from '../../../../src/gateway/apply/host-checks.ts';
import type { HostFiles } from '../../../../src/gateway/apply/host-files.ts';

const OK: ExecResult = { stdout: '', stderr: '', code: 0 };
const OPTIONS = { driver: 'vxlan' as const, isGateway: true, families: ['IPv4'] as const, listenPort: 4500 };

/** A host that has everything, but for the files that are named. */
function filesOf(texts: Readonly<Record<string, string>> = {}): HostFiles {
  const all: Readonly<Record<string, string>> = { '/sys/module/vxlan/parameters/udp_port': '0', '/proc/sys/net/ipv4/ip_forward': '1', ...texts };
  return { read: (path) => Promise.resolve(all[path]), write: () => Promise.resolve(true), remove: () => Promise.resolve() };
}

function execOf(answers: Readonly<Record<string, () => Promise<ExecResult>>>): Exec {
  return (command, args) => {
    const line = [command, ...args].join(' ');
    return Object.entries(answers).find(([start]) => line.startsWith(start))?.[1]() ?? Promise.resolve({ ...OK, stdout: command === 'nft' ? '{"nftables":[]}' : '' });
  };
}

describe('checkHost', () => {
  const { signal } = new AbortController();

  it.each([
    { what: 'a program that does not end', answer: () => Promise.reject(new McsError('MCS_NETWORK_TIMEOUT', 'Cannot wait for "nft"')), message: 'The node could not be asked about what is forwarded: Cannot wait for "nft"' },
    { what: 'output that is no JSON', answer: () => Promise.resolve({ ...OK, stdout: 'oops' }), message: expect.stringMatching(/^The node could not be asked about what is forwarded: .*oops/) },
  ])('makes $what a problem of its own, and sees the others', async ({ answer, message }) => {
    const files = filesOf({ '/proc/sys/net/ipv4/ip_forward': '0' });
    const problems = await checkHost(execOf({ 'nft -j list chains': answer }), { ...OPTIONS, files }, signal);
    expect(problems.map(({ reason }) => reason)).toEqual(['ForwardingOff', 'HostCheckFailed']);
    expect(problems[1]?.message).toEqual(message);
  });

  it('asks for tables without JSON, at which nft 1.0.6 crashes', async () => {
    const crash = (): Promise<ExecResult> => Promise.resolve({ stdout: '', stderr: 'corrupted double-linked list', code: 1 });
    const exec = execOf({ 'nft -j list tables': crash, 'nft --json list tables': crash });
    expect(await checkHost(exec, { ...OPTIONS, files: filesOf() }, signal)).toEqual([]);
  });

  it('tells that nftables is missing', async () => {
    const answer = (): Promise<ExecResult> => Promise.resolve({ stdout: '', stderr: 'Operation not supported', code: 1 });
    const [problem] = await checkHost(execOf({ 'nft list tables': answer }), { ...OPTIONS, files: filesOf() }, signal);
    expect(problem).toMatchObject({ reason: 'NftablesMissing', message: 'nftables cannot be used: Operation not supported' });
  });

  it('makes a file that cannot be read a problem', async () => {
    const files: HostFiles = { ...filesOf(), read: (path) => (path === '/proc/net/udp' ? Promise.reject(new Error('EACCES')) : filesOf().read(path)) };
    expect(await checkHost(execOf({}), { ...OPTIONS, files }, signal)).toMatchObject([{ reason: 'HostCheckFailed', message: 'The node could not be asked about ports: EACCES' }]);
  });

  it('ends with the reason of the signal, and takes the device of its look away all the same', async () => {
    const abort = new AbortController();
    const deleted: (AbortSignal | undefined)[] = [];
    const files: HostFiles = { ...filesOf(), read: (path) => (path.startsWith('/sys/module/vxlan') ? Promise.resolve(undefined) : filesOf().read(path)) };
    const exec: Exec = (command, args, options) => {
      if (args.includes('del')) deleted.push(options?.signal);
      if (!args.includes('add')) return execOf({})(command, args);
      abort.abort(new Error('stopped'));
      return Promise.reject(abort.signal.reason as Error);
    };
    await expect(checkHost(exec, { ...OPTIONS, files }, abort.signal)).rejects.toThrow('stopped');
    expect(deleted).toEqual([undefined]);
  });
});
