/**
 * `npm run report-picture`: makes docs/pictures/report.png, the page of `mcs diagnose all --report` for a
 * sandbox of three clusters in one of which the name server is gone. Needs chromium.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { openWorkshop, type Workshop } from '../bench/lib/joined-clusters.ts';
import { MEMBER_NAMESPACE } from '../src/api/names.ts';
import { resources } from '../src/api/resources.ts';
import type { MatrixReport } from '../src/inspect/matrix/make-matrix.ts';
import { findChromium, launchChromium } from './browser/chromium.ts';
import { openPage } from './browser/page.ts';
import { runProgram } from './demo/shell.ts';

const root = resolve(import.meta.dirname, '..');
const picture = join(root, 'docs', 'pictures', 'report.png');
const CLUSTERS = ['cluster0', 'cluster1', 'cluster2'];
const BROKEN = 'cluster1';
const LOOK = { width: 1200, height: 1500 } as const;
const PATIENCE_MS = 60_000;

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !(await isSo()); await delay(500)) {
    if (performance.now() > end) throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`);
  }
}

async function makeFleet({ mcs }: Workshop): Promise<void> {
  await mcs('sandbox', 'up', '--name', 'picture', '--clusters', String(CLUSTERS.length));
  await mcs('deploy-broker', '--context', 'cluster0');
  for (const cluster of CLUSTERS) {
    await mcs('join', 'broker-info.subm', '--clusterid', cluster, '--context', cluster, '--natt=false', '--cable-driver', 'vxlan');
    await mcs('gateway', 'label', cluster, '--context', cluster);
  }
  await until('all tunnels are connected', async () => {
    const { pairs } = JSON.parse(await mcs('show', 'matrix', '-o', 'json')) as MatrixReport;
    return pairs.every(({ data }) => data.verdict === 'ok');
  });
}

/** Takes the name server away, and writes the page of what `diagnose` says to that. */
async function writePage({ client, env, folder }: Workshop): Promise<string> {
  await (await client(BROKEN)).patch(resources.deployments, 'mcs-dns', MEMBER_NAMESPACE, 'application/merge-patch+json', { spec: { replicas: 0 } });
  const page = join(folder, 'report.html');
  await until('diagnose names the name server, and nothing else', async () => {
    const { exitCode, stdout } = await runProgram([process.execPath, join(root, 'bin', 'mcs.js'), 'diagnose', 'all', '-o', 'json', '--report', page], { cwd: folder, env });
    const { rootCauses } = JSON.parse(stdout) as { rootCauses: readonly { readonly cluster: string; readonly id: string }[] };
    return exitCode === 3 && rootCauses.map(({ cluster, id }) => `${cluster} ${id}`).join() === `${BROKEN} MCS-DEP-02`;
  });
  return page;
}

async function draw(page: string, chromium: string): Promise<void> {
  const browser = launchChromium(chromium);
  try {
    const tab = await openPage(browser);
    await tab.look(LOOK);
    await tab.open(pathToFileURL(page).href);
    mkdirSync(dirname(picture), { recursive: true });
    writeFileSync(picture, await tab.screenshot());
  } finally {
    await browser.close();
  }
}

const chromium = findChromium();
if (chromium === undefined) throw new Error('There is no chromium (Debian: apt-get install chromium)');
const workshop = openWorkshop(root, (folder) => ({ KUBECONFIG: join(folder, 'state', 'mcs', 'sandbox', 'picture', 'kubeconfig') }));
try {
  await makeFleet(workshop);
  await draw(await writePage(workshop), chromium);
  console.log(`Written: ${picture}`);
} finally {
  await workshop.mcs('sandbox', 'down', '--name', 'picture');
  workshop.close();
}
