import { readFile } from 'node:fs/promises';
import { join as joinPath } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parse } from 'yaml';
import { resources } from '../../src/api/resources.ts';
import type { UnknownObject } from '../../src/api/types/index.ts';
import { join } from '../../src/deployers/index.ts';
import { type DeployFleet, snapshot, startFleet } from '../helpers/deploy-fleet.ts';
import { eventually } from '../helpers/eventually.ts';
import { rejection } from '../helpers/thrown.ts';

const CRD = joinPath(import.meta.dirname, '../../templates/crds/clusterproperties.about.k8s.io.yaml');
const ID = 'cluster.clusterset.k8s.io';

jest.setTimeout(60_000);

let fleet: DeployFleet;
let stopDesk: () => Promise<void>;

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.deployBroker();
  stopDesk = await fleet.startDesk();
  const crd = parse(await readFile(CRD, 'utf8')) as UnknownObject;
  await fleet.admin(1).create(resources.customResourceDefinitions, { ...crd, metadata: { name: crd.metadata.name, labels: { 'app.kubernetes.io/managed-by': 'fleet' } } });
  await eventually(() => fleet.admin(1).create(resources.clusterProperties, { metadata: { name: ID }, spec: { value: 'prod' } }));
});

afterAll(async () => {
  await stopDesk();
  await fleet.stop();
});

describe('join(): a cluster whose identity somebody else has published (KEP-2149)', () => {
  it('refuses another id before anything is written', async () => {
    const before = await snapshot(fleet.admin(1));
    expect(await rejection(fleet.join(1, { clusterID: 'west' }))).toMatchObject({ code: 'MCS_CLUSTER_PROPERTY_CONFLICT', hints: ['--clusterid prod'] });
    expect(await snapshot(fleet.admin(1))).toEqual(before);
  });

  it('joins under that id without being told, leaves the property alone, and publishes the set', async () => {
    const before = await fleet.admin(1).get(resources.clusterProperties, ID);
    const { clusterID: _none, ...options } = fleet.joinOptions(1);
    expect(await join(fleet.context(1), options)).toMatchObject({ clusterID: 'prod' });
    expect(await fleet.admin(1).get(resources.clusterProperties, ID)).toEqual(before);
    expect((await fleet.admin(1).get(resources.clusterProperties, 'clusterset.k8s.io')).spec.value).not.toBe('');
    const crd = await fleet.admin(1).get(resources.customResourceDefinitions, 'clusterproperties.about.k8s.io');
    expect(crd.metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'fleet' });
  });
});
