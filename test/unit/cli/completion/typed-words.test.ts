import { describe, expect, it } from '@jest/globals';
import { findTypedSelection } from '../../../../src/cli/completion/typed-words.ts';

describe('findTypedSelection', () => {
  it.each([
    ['mcs show all', {}],
    ['mcs show all --context west', { context: 'west' }],
    ['mcs show all --context=west', { context: 'west' }],
    ['mcs show all --context = west -n shop', { context: 'west', namespace: 'shop' }],
    ['mcs export service --namespace shop --kubeconfig /tmp/k --as me', { namespace: 'shop', kubeconfig: '/tmp/k', as: 'me' }],
    ['mcs export service --context --namespace shop', { namespace: 'shop' }],
    ['mcs show all --contexts west', {}],
    ['mcs show all --context ', {}],
  ])('of "%s" is %j', (line, selection) => {
    expect(findTypedSelection(line)).toEqual(selection);
  });
});
