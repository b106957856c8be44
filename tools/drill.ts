/**
 * `npm run drill`: breaks two joined clusters in one place at a time, then in two, and expects `mcs diagnose all`
 * to name those places, and no others. Exits with 1 where one is not named right.
 *   -- --only NAME               faults whose name contains it; may be repeated
 *   -- --seed NUMBER             the names, ports and addresses of a former run
 *   -- --tap FILE                the results once more, for programs
 *   -- --lab --contexts a,b      faults of real networks, on clusters of the lab (MCS_E2E_LAB)
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startJoinedContexts } from '../bench/lib/joined-contexts.ts';
import { startJoinedSandbox } from '../bench/lib/joined-sandbox.ts';
import { createDice } from './drill/dice.ts';
import type { Scene, Setting } from './drill/fault.ts';
import { makeDoubles } from './drill/faults/doubles.ts';
import { makeFaults } from './drill/faults/index.ts';
import { makeLabFaults } from './drill/faults/lab.ts';
import { runDrill } from './drill/run.ts';
import { copyKubeconfig, setScene } from './drill/scene.ts';

const root = resolve(import.meta.dirname, '..');

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true }, seed: { type: 'string' }, tap: { type: 'string' }, contexts: { type: 'string' }, lab: { type: 'boolean', default: false } } });
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
const [near = 'cluster0', far = 'cluster1'] = values.contexts?.split(',') ?? [];
const dice = createDice(seed);
const setting: Setting = { dice, near, far, namespace: dice.word(), service: dice.word() };
const singles = values.lab ? makeLabFaults(setting) : makeFaults(setting);
const all = values.lab ? singles : [...singles, ...makeDoubles(singles)];
const faults = all.filter(({ name }) => values.only?.some((part) => name.includes(part)) ?? true);

const folder = mkdtempSync(join(tmpdir(), 'mcs-drill-'));
const clusters = values.contexts === undefined ? await startJoinedSandbox(root) : await startJoinedContexts(root, [near, far]);
try {
  const clients = new Map([[near, await clusters.client(near)], [far, await clusters.client(far)]]);
  const client: Scene['client'] = (name) => clients.get(name) ?? raise(name);
  const scene: Scene = { client, kubeconfig: copyKubeconfig(clusters.env.KUBECONFIG ?? '', folder) };
  await setScene(client(near), client(far), setting);
  console.log(`drill: ${faults.length} faults in ${values.contexts === undefined ? 'a sandbox' : 'real clusters'}, seed ${seed}`);
  const isGood = await runDrill({ faults, scene, env: { ...clusters.env, KUBECONFIG: scene.kubeconfig }, tap: values.tap });
  process.exitCode = isGood ? 0 : 1;
} finally {
  await clusters.stop();
  rmSync(folder, { recursive: true, force: true });
}

function raise(name: string): never {
  throw new Error(`there is no cluster "${name}"`);
}
