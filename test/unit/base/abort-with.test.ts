import { describe, expect, it } from '@jest/globals';
import { abortWith } from '../../../src/base/lifecycle.ts';

describe('abortWith', () => {
  it('passes an abort on, with its reason', () => {
    const [from, to] = [new AbortController(), new AbortController()];
    abortWith(to, from.signal);
    from.abort('enough');
    expect(to.signal.reason).toBe('enough');
  });

  it('passes on what has happened already', () => {
    const to = new AbortController();
    abortWith(to, AbortSignal.abort('before'));
    expect(to.signal.reason).toBe('before');
  });

  it('passes nothing on after it was ended', () => {
    const [from, to] = [new AbortController(), new AbortController()];
    abortWith(to, from.signal)();
    from.abort();
    expect(to.signal.aborted).toBe(false);
  });
});
