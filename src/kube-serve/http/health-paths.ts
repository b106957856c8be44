import type { ServerResponse } from 'node:http';
import { sendNoSuchPage, sendText } from './respond.ts';

/** Conditions by name, as in `/readyz/<name>`. */
export type HealthChecks = Readonly<Record<string, () => boolean>>;

const PATH = /^\/(healthz|livez|readyz)(?:\/([\w.-]+))?\/?$/;
/** What every server tells: that it answers at all. */
const ALIVE: HealthChecks = { ping: () => true, log: () => true };

export function isHealthPath(path: string): boolean {
  return PATH.test(path);
}

/** Answers `/healthz`, `/livez` and `/readyz`, whole or one check of it; `readiness` counts for the last only. */
export function sendHealth(path: string, verbose: boolean, readiness: HealthChecks, response: ServerResponse): void {
  const [, kind, name] = PATH.exec(path) ?? [];
  const all: HealthChecks = { ...ALIVE, ...(kind === 'readyz' && readiness) };
  const checks = Object.entries(all).filter(([each]) => name === undefined || each === name);
  if (checks.length === 0) {
    sendNoSuchPage(response);
    return;
  }
  const lines = checks.map(([each, isMet]) => ({ each, met: isMet() }));
  const isMet = lines.every(({ met }) => met);
  const report = [...lines.map(({ each, met }) => `[${met ? '+' : '-'}]${each} ${met ? 'ok' : 'failed'}`), `${kind ?? ''} check ${isMet ? 'passed' : 'failed'}`, ''].join('\n');
  sendText(response, isMet ? 200 : 500, isMet && !verbose ? 'ok' : report, 'text/plain; charset=utf-8');
}
