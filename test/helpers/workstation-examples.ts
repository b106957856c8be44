import { formatDiagnose } from '../../src/cli/present-diagnose.ts';
import type { CheckOutcome } from '../../src/diagnose/check.ts';
import { makeReport } from '../../src/diagnose/report.ts';
import { THIS_MACHINE } from '../../src/diagnose/workstation/doctor.ts';
import type { ContextFacts, KubeconfigFile, ServerAnswer } from '../../src/diagnose/workstation/facts.ts';
import { judgeContexts, judgeDuplicates, judgeExpiry, judgeFileModes, judgeKubeconfig } from '../../src/diagnose/workstation/judge-kubeconfig.ts';
import { judgeClock, judgeConfigDir, judgeJoinKeys, judgeNode, judgePlugins, judgeProxy, judgeServers, judgeSignIn, judgeTerminal, judgeTls } from '../../src/diagnose/workstation/judge-machine.ts';
import { workstationChecks } from '../../src/diagnose/workstation/workstation-checks.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const file: KubeconfigFile = { path: '/home/jane/.kube/config', state: 'present', mode: 0o644, clusters: ['west'], users: ['jane'], contexts: ['west'] };
const west: ContextFacts = { name: 'west', isCurrent: true, cluster: 'west', user: 'jane', server: 'https://10.1.0.2:6443', isUserDefined: true, skipsTls: false, expiring: [] };
const answer: ServerAnswer = { context: 'west', server: west.server, isCurrent: true };
const directory = { path: '/home/jane/.config/mcs', isThere: true, isWritable: false, mode: 0o700 };

/** What the example of each page is of. */
export const EXAMPLES: Readonly<Record<string, CheckOutcome>> = {
  'MCS-WS-01': judgeNode({ nodeVersion: 'v22.12.0', neededNode: '22.19' }),
  'MCS-WS-02': judgeKubeconfig({ files: [{ ...file, state: 'absent' }], contexts: [] }),
  'MCS-WS-03': judgeFileModes({ files: [file] }),
  'MCS-WS-04': judgeContexts({ files: [file], contexts: [{ ...west, isUserDefined: false }], currentContext: 'west' }),
  'MCS-WS-05': judgeDuplicates({ files: [file, { ...file, path: '/home/jane/east.yaml', clusters: ['east'], contexts: ['east'] }], contexts: [west] }),
  'MCS-WS-06': judgePlugins([{ ...west, plugin: { command: 'aws', isFound: false } }]),
  'MCS-WS-07': judgeSignIn([{ ...west, plugin: { command: 'aws', isFound: true } }], [{ ...answer, error: { code: 'MCS_UNAUTHORIZED', message: `Cannot sign in to the API server at ${west.server}: the credential plugin "aws" failed: run aws sso login`, hints: [] } }]),
  'MCS-WS-08': judgeExpiry({ contexts: [{ ...west, expiring: [{ what: 'client certificate', notAfter: NOW - 86_400_000 }] }] }, NOW),
  'MCS-WS-09': judgeProxy({ env: { HTTPS_PROXY: 'http://proxy.example:3128' }, contexts: [{ ...west, proxy: 'http://proxy.example:3128' }] }, []),
  'MCS-WS-10': judgeTls({ env: {}, contexts: [{ ...west, skipsTls: true }] }),
  'MCS-WS-11': judgeServers([{ ...answer, error: { code: 'MCS_CLUSTER_UNREACHABLE', message: `Cannot connect to the API server at ${west.server}: nothing listens there`, hints: ['curl -k https://10.1.0.2:6443/readyz'] } }]),
  'MCS-WS-12': judgeClock([{ ...answer, status: 200, offsetMs: 600_000 }]),
  'MCS-WS-13': judgeTerminal({ env: { TERM: 'xterm' }, terminal: { isTTY: true, width: 40, hasColor: true, canAsk: true } }),
  'MCS-WS-14': judgeConfigDir(directory),
  'MCS-WS-15': judgeJoinKeys(directory, [{ ...directory, path: '/home/jane/.config/mcs/join-keys/8c5f1c0b7ad43e92', mode: 0o644 }]),
};

/** The lines that doctor prints for the example of a check. */
export function exampleOf(id: string): string {
  const check = workstationChecks.find((one) => one.id === id);
  const outcome = EXAMPLES[id];
  if (check === undefined || outcome === undefined) throw new Error(`no example of ${id}`);
  const { title, topic } = check;
  return formatDiagnose(makeReport([{ context: THIS_MACHINE, name: THIS_MACHINE, checks: [{ id, title, topic, durationMs: 0, ...outcome }] }])).split('\n\n')[0] ?? '';
}
