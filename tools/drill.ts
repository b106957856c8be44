/**
 * `npm run drill`: breaks two joined clusters in one place at a time, then in two, and expects `mcs diagnose all`
 * to name those places, and no others. Exits with 1 where one is not named right.
 *   -- --only NAME               faults whose name contains it; may be repeated
 *   -- --seed NUMBER             the names, ports and addresses of a former run
 *   -- --tap FILE                the results once more, for programs
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startJoinedSandbox } from '../bench/lib/joined-sandbox.ts';
import { createDice } from './drill/dice.ts';
import type { Scene, Setting } from './drill/fault.ts';
import { makeDoubles } from './drill/faults/doubles.ts';
import { makeFaults } from './drill/faults/index.ts';
import { runDrill } from './drill/run.ts';
import { copyKubeconfig, setScene } from './drill/scene.ts';

const root = resolve(import.meta.dirname, '..');

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true }, seed: { type: 'string' }, tap: { type: 'string' } } });
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
const [near, far] = ['cluster0', 'cluster1'];
const dice = createDice(seed);
const setting: Setting = { dice, near, far, namespace: dice.word(), service: dice.word() };
const singles = makeFaults(setting);
const faults = [...singles, ...makeDoubles(singles)].filter(({ name }) => values.only?.some((part) => name.includes(part)) ?? true);

const folder = mkdtempSync(join(tmpdir(), 'mcs-drill-'));
const clusters = await startJoinedSandbox(root);
try {
  const clients = new Map([[near, await clusters.client(near)], [far, await clusters.client(far)]]);
  const client: Scene['client'] = (name) => clients.get(name) ?? raise(name);
  const scene: Scene = { client, kubeconfig: copyKubeconfig(clusters.env.KUBECONFIG ?? '', folder) };
  await setScene(client(near), client(far), setting);
  console.log(`drill: ${faults.length} faults in a sandbox, seed ${seed}`);
  const isGood = await runDrill({ faults, scene, env: { ...clusters.env, KUBECONFIG: scene.kubeconfig }, tap: values.tap });
  process.exitCode = isGood ? 0 : 1;
} finally {
  await clusters.stop();
  rmSync(folder, { recursive: true, force: true });
}

function raise(name: string): never {
  throw new Error(`there is no cluster "${name}"`);
}
