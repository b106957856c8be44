import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { resources } from '../../src/api/resources.ts';
import type { UnknownObject } from '../../src/api/types/index.ts';
import { builtinDefinitions } from '../../src/kube-serve/builtin.ts';
import { serveCustomResources } from '../../src/kube-serve/crd/custom-resources.ts';
import { createObjectStore } from '../../src/kube-serve/store.ts';

const FOLDER = join(import.meta.dirname, '../../templates/crds');
const crds = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml')).map((file) => parse(readFileSync(join(FOLDER, file), 'utf8')) as UnknownObject);

describe('our CustomResourceDefinitions on kube-serve', () => {
  const store = createObjectStore({ definitions: builtinDefinitions() });
  serveCustomResources(store);
  for (const crd of crds) store.create(resources.customResourceDefinitions, crd);

  it.each(crds.map(({ metadata }) => metadata.name))('%s is accepted and served', (name) => {
    expect(store.get(resources.customResourceDefinitions, { name }).status).toMatchObject({ conditions: expect.arrayContaining([expect.objectContaining({ type: 'Established', status: 'True' })]) as unknown });
    const [plural = '', ...group] = name.split('.');
    expect(store.findDefinition(group.join('.'), plural)?.hasGeneration).toBe(true);
  });

  it('give status.clusters of a ServiceImport one owner per cluster, and spec.ports one for all', () => {
    const ref = { name: 'web', namespace: 'shop' };
    const spec = { type: 'ClusterSetIP' as const, ports: [{ port: 80 }] };
    store.create(resources.serviceImports, { metadata: ref, spec });
    const apply = (manager: string, cluster: string): void => {
      store.apply(resources.serviceImports, { metadata: ref, spec, status: { clusters: [{ cluster }] } }, { fieldManager: manager, subresource: 'status' });
    };
    apply('a', 'west');
    apply('b', 'east');
    expect(store.get(resources.serviceImports, ref).status?.clusters).toEqual([{ cluster: 'west' }, { cluster: 'east' }]);
    store.apply(resources.serviceImports, { metadata: ref, spec: { ...spec, ports: [{ port: 81 }] } }, { fieldManager: 'c' });
    expect(store.get(resources.serviceImports, ref).spec.ports).toEqual([{ port: 81, name: expect.anything(), protocol: 'TCP' }].map(({ port, protocol }) => expect.objectContaining({ port, protocol }) as unknown));
  });
});
