import type { SingleCheck } from '../check.ts';
import type { ServerAnswer, WorkstationFacts } from './facts.ts';
import { judgeContexts, judgeDuplicates, judgeExpiry, judgeFileModes, judgeKubeconfig } from './judge-kubeconfig.ts';
import { judgeClock, judgeConfigDir, judgeJoinKeys, judgeNode, judgePlugins, judgeProxy, judgeServers, judgeSignIn, judgeTerminal, judgeTls } from './judge-machine.ts';

export interface WorkstationContext {
  readonly facts: WorkstationFacts;
  /** Variables that name a proxy and hold no URL. */
  readonly invalidProxies: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** What the API servers say; asked once, by whichever check comes first. */
  readonly askServers: (signal: AbortSignal) => Promise<readonly ServerAnswer[]>;
}

type WorkstationCheck = SingleCheck<WorkstationContext>;
type Judge = (context: WorkstationContext, signal: AbortSignal) => ReturnType<WorkstationCheck['run']> | Awaited<ReturnType<WorkstationCheck['run']>>;

const KUBECONFIG = 'MCS-WS-02';

function check(id: string, title: string, judge: Judge, needs: readonly string[] = []): WorkstationCheck {
  return { id, title, topic: 'workstation', needs, run: async (context, signal) => judge(context, signal) };
}

/** Checks of the machine that mcs runs on, in the order in which they are shown. */
export const workstationChecks: readonly WorkstationCheck[] = [
  check('MCS-WS-01', 'Node.js is new enough', ({ facts }) => judgeNode(facts)),
  check(KUBECONFIG, 'The kubeconfig can be read', ({ facts }) => judgeKubeconfig(facts)),
  check('MCS-WS-03', 'Only you can read the kubeconfig', ({ facts }) => judgeFileModes(facts)),
  check('MCS-WS-04', 'Contexts have their cluster and user', ({ facts }) => judgeContexts(facts), [KUBECONFIG]),
  check('MCS-WS-05', 'No name of the kubeconfig hides another', ({ facts }) => judgeDuplicates(facts), [KUBECONFIG]),
  check('MCS-WS-06', 'Credential plugins are installed', ({ facts }) => judgePlugins(facts.contexts), [KUBECONFIG]),
  check('MCS-WS-07', 'Credential plugins sign in', async ({ facts, askServers }, signal) => judgeSignIn(facts.contexts, await askServers(signal)), [KUBECONFIG]),
  check('MCS-WS-08', 'Certificates and tokens are valid', ({ facts, now }) => judgeExpiry(facts, now()), [KUBECONFIG]),
  check('MCS-WS-09', 'Proxies are meant', ({ facts, invalidProxies }) => judgeProxy(facts, invalidProxies)),
  check('MCS-WS-10', 'Certificates of API servers are checked', ({ facts }) => judgeTls(facts)),
  check('MCS-WS-11', 'API servers answer', async ({ askServers }, signal) => judgeServers(await askServers(signal)), [KUBECONFIG]),
  check('MCS-WS-12', "The clock agrees with the API servers'", async ({ askServers }, signal) => judgeClock(await askServers(signal)), [KUBECONFIG]),
  check('MCS-WS-13', 'The terminal can show tables', ({ facts }) => judgeTerminal(facts)),
  check('MCS-WS-14', 'The configuration directory can be written', ({ facts }) => judgeConfigDir(facts.configDir)),
  check('MCS-WS-15', 'Only you can read the join keys', ({ facts }) => judgeJoinKeys(facts.joinKeyDir, facts.joinKeys)),
];
