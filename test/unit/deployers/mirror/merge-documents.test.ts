import { describe, expect, it } from '@jest/globals';
import { mergeDocuments, mergeFiles, type PreparedSource, referencedFiles } from '../../../../src/deployers/mirror/merge-documents.ts';
import type { MirrorDocument } from '../../../../src/mirror/config/mirror-document.ts';

const STANDING: MirrorDocument = {
  name: 'default',
  endpoints: true,
  sources: [
    { name: 'west', kubeconfig: 'west.kubeconfig', selector: 'app=a', namespacePolicy: 'create' },
    { name: 'north', url: 'https://north', caFile: 'north.ca.crt', tokenFile: 'north.token' },
  ],
};
const WEST: PreparedSource = { document: { name: 'west', kubeconfig: 'west.kubeconfig', exported: true }, files: { 'west.kubeconfig': 'new' } };
const SOUTH: PreparedSource = { document: { name: 'south', kubeconfig: 'south.kubeconfig' }, files: { 'south.kubeconfig': 's' } };

describe('mergeDocuments()', () => {
  it('begins with what is given where nothing stands', () => {
    expect(mergeDocuments(undefined, { name: 'a', general: { endpoints: true }, sources: [WEST], replacesSources: false })).toEqual({ name: 'a', endpoints: true, sources: [WEST.document] });
  });

  it('keeps the order and what is not said, and adds new sources last', () => {
    const { sources, ...general } = mergeDocuments(STANDING, { name: 'default', general: { removeNamespaces: true }, sources: [SOUTH, WEST], replacesSources: false });
    expect(general).toEqual({ name: 'default', endpoints: true, removeNamespaces: true });
    expect(sources).toEqual([{ name: 'west', kubeconfig: 'west.kubeconfig', selector: 'app=a', namespacePolicy: 'create', exported: true }, STANDING.sources[1], SOUTH.document]);
  });

  it('reaches a source that is given again only as it is said now', () => {
    const north: PreparedSource = { document: { name: 'north', kubeconfig: 'north.kubeconfig' }, files: {} };
    expect(mergeDocuments(STANDING, { name: 'default', general: {}, sources: [north], replacesSources: false }).sources[1]).toEqual(north.document);
  });

  it('drops sources that are not given only where it is told to', () => {
    expect(mergeDocuments(STANDING, { name: 'default', general: {}, sources: [SOUTH], replacesSources: true }).sources.map(({ name }) => name)).toEqual(['south']);
  });
});

describe('mergeFiles()', () => {
  it('holds just what the document names: new texts over standing ones, and nothing of a source that is gone', () => {
    const standing = { 'west.kubeconfig': 'old', 'north.ca.crt': 'ca', 'north.token': 't', 'gone.kubeconfig': 'x' };
    expect(mergeFiles(STANDING, standing, [WEST])).toEqual({ 'west.kubeconfig': 'new', 'north.ca.crt': 'ca', 'north.token': 't' });
    expect(referencedFiles(STANDING.sources)).toEqual(['west.kubeconfig', 'north.ca.crt', 'north.token']);
  });
});
