import { describe, expect, it } from '@jest/globals';
import { targetOf } from '../../../../src/mirror/translate/target-of.ts';

const SERVICE = { namespace: 'shop', name: 'web' };
const LONG = 'a'.repeat(63);

describe('targetOf', () => {
  it.each([
    { title: 'the same names', namespace: '{namespace}', name: '{name}', target: 'shop/web' },
    { title: 'one namespace for all', namespace: 'mirrors', name: '{name}', target: 'mirrors/web' },
    { title: 'every placeholder in one name', namespace: '{namespace}', name: '{name}-{namespace}-{source}', target: 'shop/web-shop-west' },
    { title: "the source's name as the namespace", namespace: '{source}', name: '{name}', target: 'west/web' },
    { title: 'a placeholder twice', namespace: '{source}-{source}', name: '{name}', target: 'west-west/web' },
    { title: 'constant names', namespace: 'mirrors', name: 'the-web', target: 'mirrors/the-web' },
    { title: 'a namespace that begins with a digit', namespace: '1-{namespace}', name: '{name}', target: '1-shop/web' },
  ])('$title', ({ namespace, name, target }) => {
    expect(targetOf({ name: 'west', mapping: { namespace, name } }, SERVICE)).toEqual({ namespace: target.split('/')[0], name: target.split('/')[1] });
  });

  it.each([
    { title: 'a name that begins with a digit, as no Service may', mapping: { namespace: '{namespace}', name: '1-{name}' }, says: 'the name would be "1-web"' },
    { title: 'a placeholder that there is not', mapping: { namespace: '{namespace}', name: '{cluster}-{name}' }, says: 'the name would be "{cluster}-web"' },
    { title: 'a name of more than 63 characters', mapping: { namespace: '{namespace}', name: `{name}-${LONG}` }, says: `the name would be "web-${LONG}"` },
    { title: 'a name that ends with a hyphen', mapping: { namespace: '{namespace}', name: '{name}-' }, says: 'the name would be "web-"' },
    { title: 'an empty name', mapping: { namespace: '{namespace}', name: '' }, says: 'the name would be ""' },
    { title: 'a namespace with a dot', mapping: { namespace: '{source}.{namespace}', name: '{name}' }, says: 'the namespace would be "west.shop"' },
    { title: 'a namespace of more than 63 characters', mapping: { namespace: `{namespace}${LONG}`, name: '{name}' }, says: `the namespace would be "shop${LONG}"` },
    { title: 'capital letters', mapping: { namespace: 'Shop', name: '{name}' }, says: 'the namespace would be "Shop"' },
  ])('invalid: $title', ({ mapping, says }) => {
    expect(targetOf({ name: 'west', mapping }, SERVICE)).toEqual({ invalid: expect.stringContaining(says) });
  });

  it('fills in what a name holds as it is, never twice', () => {
    expect(targetOf({ name: 'west', mapping: { namespace: '{namespace}', name: '{name}' } }, { namespace: 'shop', name: '{source}' })).toEqual({ invalid: expect.stringContaining('"{source}"') });
    expect(targetOf({ name: 'west', mapping: { namespace: '{namespace}', name: '{name}' } }, { name: 'web' })).toEqual({ invalid: expect.stringContaining('the namespace would be ""') });
  });
});
