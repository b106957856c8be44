/** The home of a person who follows a walk-through: with `mcs` on the PATH, and nothing of the user's own. */
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

export interface Home {
  /** Whoever makes it removes it. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Without a registry an image of the tag "latest" cannot be pulled, which is what kubectl asks for unless its user prefers otherwise. */
const PREFERENCE = { apiVersion: 'kubectl.config.k8s.io/v1beta1', kind: 'Preference', defaults: [{ command: 'run', options: [{ name: 'image-pull-policy', default: 'IfNotPresent' }] }] };

function writeProgram(folder: string): void {
  const program = join(folder, 'mcs');
  mkdirSync(folder);
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${resolve(import.meta.dirname, '../../../bin/mcs.js')}' "$@"\n`);
  chmodSync(program, 0o755);
}

export function makeHome(part: string): Home {
  const folder = mkdtempSync(join(tmpdir(), `mcs-e2e-${part}-`));
  writeProgram(join(folder, 'bin'));
  mkdirSync(join(folder, '.kube'));
  writeFileSync(join(folder, '.kube/kuberc'), JSON.stringify(PREFERENCE));
  return {
    folder,
    env: { ...process.env, HOME: folder, PATH: [join(folder, 'bin'), process.env.PATH].join(delimiter), XDG_CONFIG_HOME: join(folder, 'config'), MCS_NO_PROMPT: '1' },
  };
}
