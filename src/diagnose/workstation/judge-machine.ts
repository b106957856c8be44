import { cidrContains, familyOf, parseCidr } from '../../api/cidr.ts';
import { compareVersions } from '../../base/version.ts';
import { describeProxy } from '../../kube/proxy-env.ts';
import { count, type CheckOutcome, fail, pass, skip, warn } from '../check.ts';
import { type ContextFacts, isServerURL, type PathFacts, type ServerAnswer, type WorkstationFacts } from './facts.ts';
import { modeText } from './judge-kubeconfig.ts';

export function judgeNode({ nodeVersion, neededNode }: Pick<WorkstationFacts, 'nodeVersion' | 'neededNode'>): CheckOutcome {
  if (compareVersions(nodeVersion, neededNode) >= 0) return pass(nodeVersion);
  return fail([`this is Node.js ${nodeVersion}; mcs needs ${neededNode}`], ['https://nodejs.org/en/download']);
}

/** Whether the programs that kubeconfigs name for signing in are installed. */
export function judgePlugins(contexts: readonly ContextFacts[]): CheckOutcome {
  const plugins = contexts.flatMap(({ name, isCurrent, plugin }) => (plugin === undefined ? [] : [{ name, isCurrent, ...plugin }]));
  if (plugins.length === 0) return skip('no context signs in by a credential plugin');
  const missing = plugins.filter(({ isFound }) => !isFound);
  if (missing.length === 0) return pass([...new Set(plugins.map(({ command }) => command))].join(', '));
  const evidence = missing.map(({ name, command }) => `context "${name}": the credential plugin "${command}" was not found`);
  const fix = [...new Set(missing.flatMap(({ installHint, command }) => installHint?.trim().split('\n')[0] ?? `command -v ${command}`))];
  return missing.some(({ isCurrent }) => isCurrent) ? fail(evidence, fix) : warn(evidence, fix);
}

/** A plugin that ran and gave no credential. */
const SIGN_IN = 'MCS_UNAUTHORIZED';

/** Whether the plugins that are there give a credential. */
export function judgeSignIn(contexts: readonly ContextFacts[], answers: readonly ServerAnswer[]): CheckOutcome {
  const withPlugin = new Set(contexts.filter(({ plugin }) => plugin?.isFound === true).map(({ name }) => name));
  const asked = answers.filter(({ context }) => withPlugin.has(context));
  if (asked.length === 0) return skip('no credential plugin was run');
  const failed = asked.filter(({ error, status }) => error?.code === SIGN_IN || status === 401);
  if (failed.length === 0) return pass(`${count(asked.length, 'context')} signed in`);
  const evidence = failed.map(({ context, error }) => `context "${context}": ${error?.message ?? 'the API server does not accept the credential of the plugin'}`);
  const fix = failed.map(({ context }) => `kubectl --context ${context} version`);
  return failed.some(({ isCurrent }) => isCurrent) ? fail(evidence, fix) : warn(evidence, fix);
}

/** Whether the API servers can be reached from here. One that is not the current one may be gone for good. */
export function judgeServers(answers: readonly ServerAnswer[]): CheckOutcome {
  if (answers.length === 0) return skip('there is no API server to ask');
  const failed = answers.filter(({ error, status }) => (error !== undefined && error.code !== SIGN_IN) || (status !== undefined && status >= 500));
  if (failed.length === 0) return pass(count(answers.length, 'API server').replace(/servers?$/, answers.length === 1 ? 'server answers' : 'servers answer'));
  const evidence = failed.map(({ context, error, status }) => `context "${context}": ${error?.message ?? `the answer was ${status ?? 0}`}`);
  const fix = [...new Set(failed.flatMap(({ context, error }) => error?.hints ?? [`kubectl --context ${context} get --raw /readyz?verbose`]))];
  return failed.some(({ isCurrent }) => isCurrent) ? fail(evidence, fix) : warn(evidence, fix);
}

/** More than a Date header and the way of a request explain. */
const TOLERATED_MS = 60_000;
/** By now certificates and tokens begin in the future, or have ended already. */
const HARMFUL_MS = 300_000;

/** The clock of this machine against those of the API servers. */
export function judgeClock(answers: readonly ServerAnswer[]): CheckOutcome {
  const offsets = answers.flatMap(({ context, offsetMs }) => (offsetMs === undefined ? [] : [{ context, offsetMs }]));
  if (offsets.length === 0) return skip('no API server told the time');
  const wrong = offsets.filter(({ offsetMs }) => Math.abs(offsetMs) > TOLERATED_MS);
  if (wrong.length === 0) return pass(`${count(offsets.length, 'API server')} compared`);
  const evidence = wrong.map(({ context, offsetMs }) => `the clock of "${context}" is ${Math.round(Math.abs(offsetMs) / 1000)} s ${offsetMs > 0 ? 'ahead of' : 'behind'} this machine's`);
  // where all of them agree against us, it is this clock
  const isOurs = wrong.length === offsets.length && offsets.length > 1;
  const fix = isOurs || offsets.length === 1 ? ['timedatectl status'] : wrong.map(({ context }) => `timedatectl status   # on the nodes of "${context}"`);
  return isOurs && wrong.some(({ offsetMs }) => Math.abs(offsetMs) > HARMFUL_MS) ? fail(evidence, fix) : warn(evidence, fix);
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].map(parseCidr).filter((range) => range !== undefined);
const PROXIES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'] as const;

function isInternal(host: string): boolean {
  return familyOf(host) === undefined ? /\.(local|internal|lan|svc)$/.test(host) : PRIVATE.some((range) => cidrContains(range, host));
}

/** Variables that name a proxy, and the API servers that would be reached through it. */
export function judgeProxy({ env, contexts }: Pick<WorkstationFacts, 'env' | 'contexts'>, invalid: readonly string[]): CheckOutcome {
  const set = PROXIES.filter((name) => (env[name] ?? env[name.toLowerCase()] ?? '') !== '');
  const differing = PROXIES.filter((name) => env[name] && env[name.toLowerCase()] && env[name] !== env[name.toLowerCase()]);
  const through = contexts.flatMap(({ name, server, proxy }) => (proxy === undefined || !isServerURL(server) ? [] : [{ name, proxy, host: new URL(server).hostname.replaceAll(/[[\]]/g, '') }]));
  const internal = through.filter(({ host }) => isInternal(host));
  if (invalid.length > 0) return fail([...invalid], ['unset HTTPS_PROXY HTTP_PROXY', 'export HTTPS_PROXY=http://proxy.example:3128']);
  const evidence = [
    ...differing.map((name) => `${name} and ${name.toLowerCase()} differ: programs choose between them in different ways`),
    ...internal.map(({ name, proxy, host }) => `context "${name}": the API server at the internal address ${host} is reached through the proxy ${describeProxy(proxy)}`),
  ];
  if (evidence.length > 0) return warn(evidence, [...(internal.length > 0 ? [`export NO_PROXY=${[...new Set(internal.map(({ host }) => host))].join(',')}${env.NO_PROXY ? ',$NO_PROXY' : ''}`] : []), ...differing.map((name) => `unset ${name.toLowerCase()}`)]);
  if (through.length > 0) return pass(...through.map(({ name, proxy }) => `"${name}" through ${describeProxy(proxy)}`));
  return set.length === 0 ? pass('no proxy') : pass(`${set.join(', ')} set; no API server is reached through a proxy`);
}

/** Whether API servers are who they say they are. */
export function judgeTls({ env, contexts }: Pick<WorkstationFacts, 'env' | 'contexts'>): CheckOutcome {
  const skipped = contexts.filter(({ skipsTls, server }) => skipsTls && server.startsWith('https:'));
  const plain = contexts.filter(({ server }) => server.startsWith('http:') && !/^http:\/\/(localhost|127\.|\[::1\])/.test(server));
  const evidence = [
    ...skipped.map(({ name }) => `context "${name}" has insecure-skip-tls-verify: anybody in between can read your credential`),
    ...plain.map(({ name, server }) => `context "${name}" sends its credential unencrypted to ${server}`),
  ];
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0') return fail(['NODE_TLS_REJECT_UNAUTHORIZED=0 turns off the checks of all certificates', ...evidence], ['unset NODE_TLS_REJECT_UNAUTHORIZED']);
  return evidence.length === 0 ? pass() : warn(evidence, [...skipped, ...plain].map(({ name }) => `kubectl config view --context ${name} --minify   # give its cluster https and a certificate-authority`));
}

export function judgeTerminal({ terminal: { isTTY, width, hasColor, canAsk }, env }: Pick<WorkstationFacts, 'terminal' | 'env'>): CheckOutcome {
  if (!isTTY) return pass('the output goes to a file or a pipe: nothing is cut, and nothing is asked');
  const facts = `${env.TERM ?? 'TERM is not set'}, ${width ?? '?'} columns, ${hasColor ? 'colour' : 'no colour'}, questions ${canAsk ? 'can' : 'cannot'} be asked`;
  if (width !== undefined && width < 60) return warn([facts, 'tables are cut to this width'], ['mcs show all -o json']);
  return pass(facts);
}

export function judgeConfigDir({ path, isThere, isWritable }: PathFacts): CheckOutcome {
  if (isWritable) return pass(isThere ? path : `${path} is going to be made`);
  return fail([`${path} cannot be written: join keys cannot be kept in it`], [`ls -ld ${path}`, 'export XDG_CONFIG_HOME=<directory>']);
}

/** Whether others on this machine can read the keys that open broker-info files. */
export function judgeJoinKeys(directory: PathFacts, keys: readonly PathFacts[]): CheckOutcome {
  if (!directory.isThere) return skip('no join key is kept on this machine');
  const all = [directory, ...keys].flatMap(({ path, mode }) => (mode === undefined ? [] : [{ path, mode }]));
  if (all.length === 0) return skip('this system has no permission bits');
  const open = all.filter(({ mode }) => (mode & 0o077) !== 0);
  if (open.length === 0) return pass(count(keys.length, 'key'));
  return fail(open.map(({ path, mode }) => `${path} has mode ${modeText(mode)}: with such a key and its broker-info file anybody can join clusters`), open.map(({ path }) => `chmod ${path === directory.path ? '700' : '600'} ${path}`));
}
