import { describe, expect, it } from '@jest/globals';
import { createStringSharing } from '../../../src/base/shared-strings.ts';

describe('createStringSharing', () => {
  it('gives back equal texts, whatever came before', () => {
    const share = createStringSharing();
    const texts = Array.from({ length: 10_000 }, (_, index) => `text-${index % 5_000}`);
    expect(texts.map(share)).toEqual(texts);
  });
});
