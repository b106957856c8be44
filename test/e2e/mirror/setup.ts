/** What both walk-throughs start from, and that nothing of them is left. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { MANAGED_BY, MANAGED_BY_MCS } from '../../../src/api/labels.ts';
import { resources } from '../../../src/api/resources.ts';
import { isInstalled } from '../../../tools/demo/shell.ts';
import { eventually } from '../../helpers/eventually.ts';
import { assertOk } from '../lib/expectations.ts';
import { type E2eCluster, fleet } from '../lib/fleet.ts';
import { ensureToolbox, NAMESPACE, removeNamespace } from '../lib/workloads.ts';
import { makeHome } from '../lib/home.ts';
import { inShell, readWalkthrough } from '../lib/walkthrough.ts';

const [first, second] = fleet.clusters;

function whyNot(): string | false {
  if (!fleet.hasContainers) return 'the sandbox runs no containers';
  if (process.env.MCS_E2E_FLAT !== '1') return 'needs clusters whose pods reach each other: say so with --flat';
  return !isInstalled('kubectl', process.env) && 'needs kubectl, which the walk-throughs use';
}

/** Why the mirror cannot be tried on these clusters; false where it can. */
export const skip = whyNot();

/** What the page of the walk-throughs says beneath a heading. */
export const commandsOf = readWalkthrough('docs/mirror-walkthroughs.md');

/** A home of its own: the walk-throughs write and read kubeconfigs there. */
const made = makeHome('mirror');
export const home = made.folder;

/** As a person has it who follows the walk-throughs, with a kubeconfig for each cluster. */
export const env: NodeJS.ProcessEnv = { ...made.env, KUBECONFIG1: join(home, 'cluster1.kubeconfig'), KUBECONFIG2: join(home, 'cluster2.kubeconfig') };

/** Its environment with one cluster as the current one of kubectl and `mcs`. */
export function envOf(cluster: E2eCluster): NodeJS.ProcessEnv {
  return { ...env, KUBECONFIG: cluster === first ? env.KUBECONFIG1 : env.KUBECONFIG2 };
}

async function writeKubeconfig(cluster: E2eCluster, file: string): Promise<void> {
  assertOk(await inShell(`kubectl config view --minify --flatten --context '${cluster.name}' >'${file}'`, process.env));
}

const LISTED = "kubectl api-resources --verbs=list -o name | grep -v -e '^events' -e componentstatuses -e '^leases' -e '^pods' -e '^replicasets' -e endpoint -e controllerrevisions -e ipaddresses | paste -sd,";

/** Everything that stands in a cluster, but for what comes and goes by itself. */
export async function readObjects(cluster: E2eCluster): Promise<readonly string[]> {
  const columns = 'KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name';
  const { stdout } = assertOk(await inShell(`kubectl get "$(${LISTED})" -A --ignore-not-found --no-headers -o custom-columns=${columns}`, envOf(cluster)));
  return stdout.trim().split('\n').map((line) => line.replace(/ +/g, ' ')).sort();
}

/** Waits until a cluster has the objects that it had, no more and no less, and no slice of ours. */
export async function expectObjects(cluster: E2eCluster, wanted: readonly string[]): Promise<void> {
  await eventually(async () => {
    const { items: slices } = await cluster.client.list(resources.endpointSlices, { labelSelector: `${MANAGED_BY}=${MANAGED_BY_MCS}` });
    assert.deepEqual(slices.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`), [], `slices of ${cluster.name}`);
    assert.deepEqual(await readObjects(cluster), wanted, `objects of ${cluster.name}`);
  }, { timeoutMs: 60_000, everyMs: 500 });
}

let untouched: readonly (readonly string[])[] = [];

before(async () => {
  if (skip !== false) return;
  await writeKubeconfig(first, env.KUBECONFIG1 ?? '');
  await writeKubeconfig(second, env.KUBECONFIG2 ?? '');
  untouched = await Promise.all(fleet.clusters.map(readObjects));
  await Promise.all(fleet.clusters.map((cluster) => ensureToolbox(cluster)));
});

after(async () => {
  if (skip === false) {
    await Promise.all(fleet.clusters.map((cluster) => removeNamespace(cluster, NAMESPACE)));
    for (const [index, cluster] of fleet.clusters.entries()) await expectObjects(cluster, untouched[index] ?? []);
  }
  for (const { client } of fleet.clusters) client.close();
  rmSync(home, { recursive: true, force: true });
});
