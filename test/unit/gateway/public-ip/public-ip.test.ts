import { describe, expect, it } from '@jest/globals';
import { resources } from '../../../../src/api/resources.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import { findPublicAddress, type PublicAddressOptions } from '../../../../src/gateway/public-ip/public-address.ts';
import { PublicIpKeeper } from '../../../../src/gateway/public-ip/public-ip-keeper.ts';
import { askResolvers, fetchText } from '../../../../src/gateway/public-ip/resolvers.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';
import { createMemoryClient, type MemoryClient } from '../../../helpers/memory-client.ts';

const { signal } = new AbortController();

describe('askResolvers', () => {
  it('takes the first address, and goes on after what is none', async () => {
    const answers = ['<html>', '127.0.0.1', '1.2.3', `${' '.repeat(300)}1.2.3.4`, ' 1.2.3.4\n'];
    const asked: string[] = [];
    const address = await askResolvers(answers.map((_, index) => `https://r${index}`), (url) => { asked.push(url); return Promise.resolve(answers[Number(url.at(-1))] ?? ''); }, signal, () => 0);
    expect(address).toBe('1.2.3.4');
    expect(asked).toHaveLength(5);
  });

  it('tells what each of them said', async () => {
    await expect(askResolvers(['https://a', 'https://b'], (url) => Promise.reject(new Error(`no ${url.at(-1) ?? ''}`)), signal, () => 0)).rejects.toThrow('https://a: no a; https://b: no b');
  });

  it('fetchText asks over https only', async () => {
    await expect(fetchText('http://127.0.0.1:1/', signal)).rejects.toThrow('is not https');
  });
});

describe('findPublicAddress', () => {
  const client: MemoryClient = createMemoryClient();
  const options: PublicAddressOptions = { client, namespace: 'ns', resolvers: ['https://default'], fetchText: (url) => Promise.resolve(url === 'https://mine' ? '5.6.7.8' : '9.9.9.9'), lookup: () => Promise.resolve(['2001:db8::1', '1.1.1.1']) };
  const seed = (name: string, ingress: { ip?: string; hostname?: string }[]): void => void client.seed(resources.services, { metadata: { name, namespace: 'ns' }, spec: {}, status: { loadBalancer: { ingress } } });
  seed('by-ip', [{ ip: '3.3.3.3' }]);
  seed('by-name', [{ hostname: 'lb.example' }]);
  seed('pending', []);

  it.each([
    [{ kind: 'address', address: '1.2.3.4' }, '1.2.3.4'],
    [{ kind: 'dns', name: 'gw.example' }, '1.1.1.1'],
    [{ kind: 'service', name: 'by-ip' }, '3.3.3.3'],
    [{ kind: 'service', name: 'by-name' }, '1.1.1.1'],
    [{ kind: 'resolver', url: 'https://mine' }, '5.6.7.8'],
    [undefined, '9.9.9.9'],
  ] as const)('%j is %s', async (source, address) => {
    expect(await findPublicAddress(source, options, signal)).toBe(address);
  });

  it('is empty where nobody may be asked', async () => {
    expect(await findPublicAddress(undefined, { ...options, resolvers: [] }, signal)).toBe('');
  });

  it.each([['pending', 'has no load balancer address yet'], ['absent', 'there is no Service "absent"']])('says why Service %s gives none', async (name, reason) => {
    await expect(findPublicAddress({ kind: 'service', name }, options, signal)).rejects.toThrow(reason);
  });
});

describe('PublicIpKeeper', () => {
  it('tries again after failures, keeps what it found, and begins anew with another source', async () => {
    const clock = new FakeClock();
    const answers: (string | Error)[] = [new Error('offline'), '1.2.3.4', new Error('offline'), '5.6.7.8'];
    let changes = 0;
    const keeper = new PublicIpKeeper({
      find: () => {
        const answer = answers.shift() ?? '';
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
      onChange: () => { changes += 1; },
      clock,
      logger: silentLogger,
    });
    keeper.follow(undefined, signal);
    await clock.advance(0);
    expect([keeper.address, keeper.problem, changes]).toEqual(['', 'Cannot find the public address: offline', 1]);
    await clock.advance(2_000);
    expect([keeper.address, keeper.problem, changes]).toEqual(['1.2.3.4', undefined, 2]);
    await clock.advance(10 * 60_000);
    expect([keeper.address, keeper.problem]).toEqual(['1.2.3.4', 'Cannot find the public address: offline']);
    keeper.follow({ kind: 'dns', name: 'x' }, signal);
    await clock.advance(0);
    expect([keeper.address, keeper.problem]).toEqual(['5.6.7.8', undefined]);
    keeper.stop();
    await clock.advance(0);
    expect(clock.pending).toBe(0);
  });
});
