import { describe, expect, it } from '@jest/globals';
import { FIRST_OCTET } from '../../../src/sandbox/network/address-plan.ts';
import { listenOnFreeOctet } from '../../../src/sandbox/network/listen-on-free-octet.ts';

const failure = (code: string): Error => Object.assign(new Error(code), { code });

describe('listenOnFreeOctet', () => {
  it('takes the first range whose API server port can be listened on', async () => {
    const tried: number[] = [];
    const { listener, plan } = await listenOnFreeOctet(['cluster0'], 50, ({ octet }) => {
      tried.push(octet);
      return octet < 52 ? Promise.reject(failure('EADDRINUSE')) : Promise.resolve('server');
    });
    expect([tried, plan.octet, listener]).toEqual([[50, 51, 52], 52, 'server']);
  });

  it('says what a system lacks that has only 127.0.0.1, and the command that adds it', async () => {
    const listening = listenOnFreeOctet(['cluster0'], undefined, () => Promise.reject(failure('EADDRNOTAVAIL')));
    await expect(listening).rejects.toMatchObject({
      code: 'MCS_SANDBOX_LOOPBACK',
      message: expect.stringContaining(`127.${FIRST_OCTET}.0.1`),
      hints: expect.arrayContaining([expect.stringContaining('ifconfig lo0 alias')]),
    });
  });

  it('gives up when every range is taken, and passes other errors on', async () => {
    await expect(listenOnFreeOctet(['a'], undefined, () => Promise.reject(failure('EADDRINUSE')))).rejects.toMatchObject({ code: 'MCS_SANDBOX_START' });
    await expect(listenOnFreeOctet(['a'], undefined, () => Promise.reject(failure('EMFILE')))).rejects.toThrow('EMFILE');
  });
});
