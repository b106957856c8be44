import { describe, expect, it } from '@jest/globals';
import { renderTemplate, substitute } from '../../../src/deployers/render-template.ts';
import { rejection, thrown } from '../../helpers/thrown.ts';

const source = (text: string) => ({ read: () => Promise.resolve(text), list: () => Promise.resolve([]) });

describe('substitute()', () => {
  it.each([
    ['a scalar that is a variable keeps the type of the value', { replicas: '${count}' }, { replicas: 2 }],
    ['text around a variable makes text', { name: 'mcs-${count}-${name}' }, { name: 'mcs-2-dns' }],
    ['inside lists', ['${name}', { a: '${flag}' }], ['dns', { a: true }]],
    ['keys stay', { '${name}': 1 }, { '${name}': 1 }],
    ['other scalars stay', { a: 1, b: null, c: '$name' }, { a: 1, b: null, c: '$name' }],
  ])('%s', (_title, node, expected) => {
    expect(substitute(node, { count: 2, name: 'dns', flag: true })).toEqual(expected);
  });

  it('fails on a variable that is not set, also on names of Object', () => {
    expect(thrown(() => substitute('${missing}', {}))).toMatchObject({ code: 'MCS_BUG', message: expect.stringContaining('missing') });
    expect(thrown(() => substitute('${constructor}', {}))).toMatchObject({ code: 'MCS_BUG' });
  });

  it('does not look into values again', () => {
    expect(substitute('${a}-${b}', { a: '${b}', b: 'x' })).toBe('${b}-x');
  });
});

describe('renderTemplate()', () => {
  it('never lets a value become structure', async () => {
    const evil = 'x\nspec:\n  hostNetwork: true\n---\nkind: Secret';
    const [object, ...rest] = await renderTemplate(source('kind: Pod\nmetadata: {name: n}\nimage: ${image}\n'), 't', { image: evil, version: '1' });
    expect(rest).toEqual([]);
    expect(object).toMatchObject({ kind: 'Pod', image: evil });
    expect(object).not.toHaveProperty('spec');
  });

  it('tags every object and keeps its own labels', async () => {
    const text = 'kind: A\nmetadata: {name: a, labels: {x: "1"}}\n---\nkind: B\nmetadata: {name: b}\n';
    const objects = await renderTemplate(source(text), 't', { version: '1.2.3' });
    const labels = { 'app.kubernetes.io/managed-by': 'mcs', 'app.kubernetes.io/name': 'mcs', 'app.kubernetes.io/version': '1.2.3', 'mcs.clusterset.local/owner': 'deployer' };
    expect(objects.map(({ metadata }) => metadata.labels)).toEqual([{ x: '1', ...labels }, labels]);
  });

  it('reports a template that is no YAML as a fault of its own', async () => {
    expect(await rejection(renderTemplate(source('a: [1'), 't', { version: '1' }))).toMatchObject({ code: 'MCS_BUG', message: expect.stringContaining('"t"') });
  });
});
