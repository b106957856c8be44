import { describe, expect, it, jest } from '@jest/globals';
import { askDnsPod } from '../../../src/diagnose/ask-dns.ts';
import { stubClient } from '../../helpers/stub-client.ts';

describe('askDnsPod', () => {
  const pod = { metadata: { name: 'dns-1' } } as never;
  const hanging = stubClient({ getPath: (_path, options) => new Promise((_resolve, reject) => options?.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error))) });

  it('gives a pod that is cut off less time than the API server does', async () => {
    const limit = new AbortController();
    const spy = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal);
    const asking = askDnsPod(hanging, pod, 'a.clusterset.local', 'A', new AbortController().signal);
    limit.abort(new Error('late'));
    await expect(asking).rejects.toMatchObject({ code: 'MCS_TIMEOUT', message: 'Cannot ask pod dns-1 for A a.clusterset.local: no answer in 5 s through the API server' });
    spy.mockRestore();
  });

  it('ends with the reason of whoever stops it', async () => {
    const stop = new AbortController();
    const asking = askDnsPod(hanging, pod, 'a.clusterset.local', 'A', stop.signal);
    stop.abort(new Error('Ctrl-C'));
    await expect(asking).rejects.toThrow('Ctrl-C');
  });
});
