import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type DevTools, openDevTools } from './dev-tools.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** `MCS_CHROMIUM`, or the first browser of that family in the path; undefined where there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.MCS_CHROMIUM !== undefined) return env.MCS_CHROMIUM;
  const candidates = (env.PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false; // the next one
    }
  });
}

export interface Browser {
  readonly devTools: DevTools;
  /** Ends it, and takes its profile away. */
  close(): Promise<void>;
}

/** No sandbox: it does not start for root with one, and the only pages are our own. No traffic of the browser's own. */
const FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--no-default-browser-check', '--hide-scrollbars', '--force-color-profile=srgb', '--remote-debugging-pipe'];

function waitForExit(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => { resolve(); });
  });
}

/** Starts a browser without a window, with a profile of its own. It is driven through two pipes: no port is open. */
export function launchChromium(program: string): Browser {
  const profile = mkdtempSync(join(tmpdir(), 'mcs-browser-'));
  const child = spawn(program, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const devTools = openDevTools(child);
  return {
    devTools,
    close: async () => {
      await devTools.send('Browser.close').catch(() => undefined); // it is gone already
      await waitForExit(child);
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
