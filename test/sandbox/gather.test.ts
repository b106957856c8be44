import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MEMBER_BROKER_SECRET, MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { systemClock } from '../../src/base/clock.ts';
import { McsError } from '../../src/base/errors.ts';
import { readTar } from '../../src/base/tar.ts';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import { diffArchives } from '../../src/diagnose/gather/diff-archives.ts';
import { gather, type Gathered, type GatherOptions } from '../../src/diagnose/gather/gather.ts';
import { type Archive, fleetOf, openArchive } from '../../src/diagnose/gather/open-archive.ts';
import { writeArchive } from '../../src/diagnose/gather/write-archive.ts';
import type { DiagnoseReport } from '../../src/diagnose/report.ts';
import type { FleetSource } from '../../src/inspect/survey-fleet.ts';
import { type DeployFleet, startFleet } from '../helpers/deploy-fleet.ts';

const signal = new AbortController().signal;
/** What Secrets hold that is no secret, or stands elsewhere too. */
const PUBLIC = ['server', 'ca', 'ca.crt', 'namespace', 'clusterID', 'issuedAt', 'expiresAt', 'maxUses', 'approve', 'publicKey', 'uses'];

let fleet: DeployFleet;
let stopDesk: () => Promise<void>;
let joinKey: string;
/** With everything, as the clusters are after `beforeAll`; made when it is first wanted. */
let once: Promise<Gathered> | undefined;

const sources = (): FleetSource[] => [
  { context: 'west', connect: () => Promise.resolve(fleet.sandbox.client(0)) },
  { context: 'dead', connect: () => Promise.reject(new McsError('MCS_CLUSTER_UNREACHABLE', 'Cannot reach it', { hints: ['ping it'] })) },
  { context: 'twin', connect: () => Promise.resolve(fleet.sandbox.client(0)) },
  { context: 'east', connect: () => Promise.resolve(fleet.sandbox.client(1)) },
];

async function gatherNow(more: Partial<GatherOptions> = {}): Promise<Gathered> {
  return gather(sources(), { version: '1.2.3', types: ['logs', 'resources'], maxBytes: 50_000_000, surveyMs: 10_000, deadlineMs: 20_000, includesSensitiveData: false, clock: systemClock, signal, progress: () => undefined, ...more });
}

function gatherOnce(): Promise<Gathered> {
  once ??= gatherNow();
  return once;
}

async function save(name: string, { files }: Gathered): Promise<Archive> {
  const path = join(fleet.directory, name);
  await writeArchive(path, files, { now: 0, signal });
  return openArchive(path);
}

const contentOf = ({ path }: Archive): string => gunzipSync(readFileSync(path)).toString('latin1');

/** Every value of a Secret in any cluster, as it is and in base64. */
async function secretsOf(): Promise<readonly string[]> {
  const lists = await Promise.all([0, 1].map((index) => fleet.admin(index).list(resources.secrets)));
  const values = lists.flatMap(({ items }) => items.flatMap(({ data = {} }) => Object.entries(data).flatMap(([key, value]) => (PUBLIC.includes(key) ? [] : [value]))));
  return values.flatMap((value) => [value, Buffer.from(value, 'base64').toString('latin1')]).filter((value) => value.length > 4);
}

const outcomes = ({ clusters, rootCauses, leftOut }: DiagnoseReport): unknown => ({ rootCauses, leftOut, clusters: clusters.map(({ checks, ...rest }) => ({ ...rest, checks: checks.map(({ durationMs: _ms, repairs: _repairs, ...check }) => check) })) });

beforeAll(async () => {
  fleet = await startFleet();
  joinKey = (await fleet.deployBroker()).joinKey ?? '';
  stopDesk = await fleet.startDesk();
  await fleet.join(0);
  await fleet.join(1);
  const { data = {} } = await fleet.admin(1).get(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE);
  const leaked = { token: Buffer.from(data.token ?? '', 'base64').toString(), joinKey, note: 'a secret that the redactor cannot know by its look: correct-horse-battery' };
  await fleet.admin(0).create(resources.secrets, { metadata: { name: 'by-hand', namespace: MEMBER_NAMESPACE }, data: { plain: Buffer.from('correct-horse-battery').toString('base64') } });
  await fleet.admin(0).create(resources.configMaps, { metadata: { name: 'leak', namespace: MEMBER_NAMESPACE, annotations: { copy: JSON.stringify(leaked) } }, data: { ...leaked, proxy: 'http://me:hunter22@proxy:3128' } });
});

afterAll(async () => {
  await stopDesk();
  await fleet.stop();
});

describe('gather', () => {
  it('holds no secret of the clusters, in no file of the archive', async () => {
    const content = contentOf(await save('redacted.tgz', await gatherOnce()));
    const secrets = [...(await secretsOf()), joinKey, 'hunter22', 'correct-horse-battery', fleet.sandbox.cluster(0).entry.token];
    expect(secrets.length).toBeGreaterThan(15);
    expect(secrets.filter((secret) => content.includes(secret))).toEqual([]);
    expect(content).toContain('http://me:(redacted)@proxy:3128');
  });

  it('leaves them in where that is asked for', async () => {
    const archive = await save('open.tgz', await gatherNow({ includesSensitiveData: true }));
    const { data = {} } = await fleet.admin(1).get(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE);
    expect(contentOf(archive)).toContain(data.token);
    expect(archive.index.redacted).toBe(false);
  });

  it('names each cluster with what became of it, and has the logs and objects of all that answered', async () => {
    const gathered = await gatherOnce();
    expect(gathered.fleet).toMatchObject({ unread: [{ context: 'dead' }], leftOut: [{ context: 'twin' }] });
    expect(gathered.index.clusters).toMatchObject([
      { context: 'west', name: 'cluster0', folder: 'west', missing: [] },
      { context: 'east', name: 'cluster1', folder: 'east', missing: [] },
      { context: 'dead', error: { code: 'MCS_CLUSTER_UNREACHABLE' } },
      { context: 'twin', leftOut: 'the same cluster as "west"' },
    ]);
    const paths = gathered.files.map(({ path }) => path);
    for (const context of ['west', 'east']) {
      expect(paths).toEqual(expect.arrayContaining(['clusterroles.rbac.authorization.k8s.io', 'nodes', 'events', 'serviceimports.multicluster.x-k8s.io', 'routeagents.submariner.io'].map((name) => `clusters/${context}/objects/${name}.json`)));
      expect(paths).toContainEqual(expect.stringMatching(new RegExp(`^clusters/${context}/logs/submariner-operator/mcs-controller-[^/]+/controller\\.log$`)));
    }
    expect(gathered.files[0]?.path).toBe('summary.md');
    expect(gathered.files[0]?.text).toMatch(/\| dead \| dead \| not read: Cannot reach it \|/);
  });

  it('stays below the size that was given, and names what it left out', async () => {
    const maxBytes = 60_000;
    const { files, index } = await gatherNow({ maxBytes });
    const size = files.filter(({ path }) => path.startsWith('clusters/')).reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    expect(size).toBeLessThanOrEqual(maxBytes);
    expect(index.clusters[0]?.missing).toContainEqual({ what: expect.stringMatching(/^objects\//), reason: expect.stringMatching(/^too large: /) });
  });

  it('ends at the deadline of a cluster, with what was read until then', async () => {
    const { index } = await gatherNow({ deadlineMs: 1 });
    expect(index.clusters[0]).toMatchObject({ context: 'west', folder: 'west', missing: expect.arrayContaining([expect.objectContaining({ reason: 'not read before the deadline of this cluster' })]) });
  });

  it('packs resources alone, or logs alone', async () => {
    const kinds = ({ files }: Gathered): string[] => [...new Set(files.flatMap(({ path }) => /^clusters\/[^/]+\/(objects|logs)\//.exec(path)?.[1] ?? []))];
    expect(kinds(await gatherNow({ types: ['resources'] }))).toEqual(['objects']);
    expect(kinds(await gatherNow({ types: ['logs'] }))).toEqual(['logs']);
  });

  it('reads less where one module is asked for, and says so; secrets are taken out all the same', async () => {
    const { index, files } = await gatherNow({ modules: ['broker'], types: ['resources'] });
    const all = await gatherNow({ types: ['resources'] });
    expect(index.modules).toEqual(['broker']);
    expect(index.clusters[0]?.objects).toBeLessThan(all.index.clusters[0]?.objects ?? 0);
    expect(files.find(({ path }) => path === 'summary.md')?.text).toContain('only what was asked for: broker.');
    expect(files.some(({ path }) => path.includes('/secrets'))).toBe(all.files.some(({ path }) => path.includes('/secrets')));
  });
});

describe('an archive', () => {
  it('gives the checks what the clusters gave them', async () => {
    const archive = await save('offline.tgz', await gatherOnce());
    const offline = await fleetOf(archive, { signal, timeoutMs: 10_000 });
    const report = await diagnose(offline, { signal, deadlineMs: 20_000, clock: { ...systemClock, now: () => Date.parse(archive.index.createdAt) } });
    expect(report.clusters.map(({ name }) => name)).toEqual(['cluster0', 'cluster1', 'dead']);
    expect(report.clusters.flatMap(({ checks }) => checks).length).toBeGreaterThan(40);
    expect(outcomes(report)).toEqual(outcomes(archive.report));
  });

  it('holds all its files in one folder, the summary first', async () => {
    const { path } = await save('tar.tgz', await gatherOnce());
    expect([...readTar(gunzipSync(readFileSync(path))).keys()].slice(0, 3)).toEqual(['tar/summary.md', 'tar/index.json', 'tar/report.json']);
  });

  it('differs from a later one in what was changed, and in nothing else', async () => {
    const before = await save('before.tgz', await gatherOnce());
    await fleet.admin(1).patch(resources.configMaps, 'mcs-member', MEMBER_NAMESPACE, 'application/merge-patch+json', { metadata: { annotations: { changed: 'yes' } } });
    const diff = diffArchives(before, await save('after.tgz', await gatherNow({ types: ['resources'] })));
    expect(diff).toMatchObject({ ok: false, clusters: [], findings: [], notCompared: [] });
    expect(diff.objects).toEqual([{ cluster: 'cluster1', object: 'ConfigMap submariner-operator/mcs-member', field: expect.stringMatching(/^metadata\.annotations/), before: '', now: expect.stringContaining('yes') }]);
  });
});
