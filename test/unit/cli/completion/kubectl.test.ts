import { describe, expect, it } from '@jest/globals';
import { findOffer, formatOffer, type Offer } from '../../../../src/cli/completion/kubectl.ts';
import { completionNodes } from '../../../../src/cli/completion/model.ts';

const nodes = completionNodes(
  [
    {
      id: 'show:all',
      summary: 'Everything',
      flags: {
        output: { type: 'option', char: 'o', options: ['json', 'yaml'] },
        context: { type: 'option' },
        kubeconfig: { type: 'option' },
        name: { type: 'option' },
        natt: { type: 'boolean', allowNo: true },
      },
    },
    { id: 'join', summary: 'Join', args: { file: { name: 'file' } } },
    { id: 'unexport:service', args: { name: { name: 'name' } } },
  ],
  [],
);

describe('findOffer', () => {
  it.each<[readonly string[], readonly string[], Omit<Offer, 'candidates'>]>([
    [[''], ['join', 'show', 'unexport'], {}],
    [['sh'], ['show'], {}],
    [['--h'], ['--help'], {}],
    [['show', ''], ['all'], {}],
    [['show', 'all', '--n'], ['--name', '--natt', '--no-natt'], {}],
    [['show', 'all', '-o', ''], ['json', 'yaml'], {}],
    [['show', 'all', '--output=y'], ['yaml'], {}],
    [['show', 'all', '--context', 'w'], [], { lookup: 'context' }],
    [['show', 'all', '--context=w'], [], { lookup: 'context' }],
    [['show', 'all', '--kubeconfig', ''], [], { files: true }],
    [['show', 'all', '--name', ''], [], {}],
    [['show', 'all', '--name', '-x'], [], {}],
    [['show', 'all', '--natt', '--k'], ['--kubeconfig'], {}],
    [['join', ''], [], { files: true }],
    [['unexport', 'service', ''], [], { lookup: 'export' }],
    [['nothing', ''], ['join', 'show', 'unexport'], {}],
    [[], ['join', 'show', 'unexport'], {}],
  ])('offers for %j %j', (typed, words, rest) => {
    const { candidates, ...others } = findOffer(nodes, typed);
    expect(candidates.map(({ word }) => word)).toEqual(words);
    expect(others).toEqual(rest);
  });
});

describe('formatOffer', () => {
  it.each<[string, Offer, readonly string[], string]>([
    ['words with what they mean', { candidates: [{ word: 'show', summary: 'Show' }, { word: 'x' }] }, [], 'show\tShow\nx\n:4\n'],
    ['names', { candidates: [], lookup: 'context' }, ['east', 'west'], 'east\nwest\n:4\n'],
    ['that the shell shall offer files', { candidates: [], files: true }, [], ':0\n'],
    ['nothing', { candidates: [] }, [], ':4\n'],
  ])('says to kubectl: %s', (_title, offer, names, text) => {
    expect(formatOffer(offer, names)).toBe(text);
  });
});
