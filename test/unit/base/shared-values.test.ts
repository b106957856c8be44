import { describe, expect, it } from '@jest/globals';
import { createSharing } from '../../../src/base/shared-values.ts';

describe('createSharing', () => {
  it('gives back equal texts, however many came before', () => {
    const { text } = createSharing();
    const texts = Array.from({ length: 10_000 }, (_, index) => `text-${index % 5_000}`);
    expect(texts.map(text)).toEqual(texts);
  });

  it('gives one frozen copy of equal values', () => {
    const { value } = createSharing();
    const [first, second] = [value([{ port: 80 }]), value([{ port: 80 }])];
    expect(first).toBe(second);
    expect(() => first.push({ port: 81 })).toThrow(TypeError);
  });

  it('tells values apart that differ, or that are long', () => {
    const { value } = createSharing();
    const long = (): string[] => Array.from({ length: 200 }, (_, index) => `item-${index}`);
    expect(value({ port: 80 })).toEqual({ port: 80 });
    expect(value({ port: 81 })).toEqual({ port: 81 });
    expect(value(long())).not.toBe(value(long()));
  });
});
