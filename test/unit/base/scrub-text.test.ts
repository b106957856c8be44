import { describe, expect, it } from '@jest/globals';
import { scrubText } from '../../../src/base/scrub-text.ts';

describe('scrubText', () => {
  it.each([
    ['key -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- end', 'key <pem> end'],
    ['Authorization: Bearer abc', 'Authorization: Bearer <redacted>'],
    ['eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln', '<token>'],
    ['client-key-data: TUlJRQ==', 'client-key-data: <redacted>'],
    ['token: abc', 'token: <redacted>'],
    [`x ${'QUJD'.repeat(20)}== y`, 'x <redacted> y'],
    ['Service shop/nginx is not there', 'Service shop/nginx is not there'],
  ])('makes of %j %j', (before, after) => {
    expect(scrubText(before)).toBe(after);
  });
});
