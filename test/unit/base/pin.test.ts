import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { spkiPin } from '../../../src/base/pin.ts';
import { thrown } from '../../helpers/thrown.ts';

const pem = readFileSync(new URL('../../fixtures/broker-info/ca.pem', import.meta.url), 'utf8');

describe('spkiPin', () => {
  it('depends on the key alone, not on how the PEM is written', () => {
    expect(spkiPin(pem)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(spkiPin(new X509Certificate(pem).toString())).toBe(spkiPin(`\n${pem}\n`));
  });

  it('throws for a text that is no certificate', () => {
    expect(thrown(() => spkiPin('no'))).toHaveProperty('code');
  });
});
