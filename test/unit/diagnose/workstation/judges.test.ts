import { describe, expect, it } from '@jest/globals';
import type { CheckOutcome } from '../../../../src/diagnose/check.ts';
import type { ContextFacts, KubeconfigFile, PathFacts, ServerAnswer } from '../../../../src/diagnose/workstation/facts.ts';
import { judgeContexts, judgeDuplicates, judgeExpiry, judgeFileModes, judgeKubeconfig } from '../../../../src/diagnose/workstation/judge-kubeconfig.ts';
import { judgeClock, judgeConfigDir, judgeJoinKeys, judgeNode, judgePlugins, judgeProxy, judgeServers, judgeSignIn, judgeTerminal, judgeTls } from '../../../../src/diagnose/workstation/judge-machine.ts';

const file = (path: string, more: Partial<KubeconfigFile> = {}): KubeconfigFile => ({ path, state: 'present', mode: 0o600, clusters: [], users: [], contexts: [], ...more });
const context = (name: string, more: Partial<ContextFacts> = {}): ContextFacts => ({ name, isCurrent: false, cluster: name, user: name, server: `https://${name}.example:6443`, isUserDefined: true, skipsTls: false, expiring: [], ...more });
const answer = (name: string, more: Partial<ServerAnswer> = {}): ServerAnswer => ({ context: name, server: `https://${name}`, isCurrent: false, status: 200, offsetMs: 0, ...more });
const refused = { code: 'MCS_CLUSTER_UNREACHABLE', message: 'Cannot reach it', hints: ['ping west'] };
const path = (more: Partial<PathFacts> = {}): PathFacts => ({ path: '/home/jane/.config/mcs', isThere: true, isWritable: true, mode: 0o700, ...more });
const NOW = Date.parse('2026-06-01T00:00:00Z');
const DAY = 86_400_000;

type Row = readonly [what: string, outcome: CheckOutcome, status: CheckOutcome['status'], evidence?: RegExp];

describe('judges of the workstation', () => {
  const west = context('west', { isCurrent: true });
  const east = context('east');
  const rows: readonly Row[] = [
    ['Node, the oldest that will do', judgeNode({ nodeVersion: 'v22.19.0', neededNode: '22.19' }), 'pass'],
    ['Node, one that is too old', judgeNode({ nodeVersion: 'v22.9.0', neededNode: '22.19' }), 'fail', /v22\.9\.0; mcs needs 22\.19/],

    ['kubeconfig, one file', judgeKubeconfig({ files: [file('a')], contexts: [west] }), 'pass', /1 context in a/],
    ['kubeconfig, none', judgeKubeconfig({ files: [file('a', { state: 'absent' })], contexts: [] }), 'fail', /a does not exist/],
    ['kubeconfig, one of two absent', judgeKubeconfig({ files: [file('a'), file('b', { state: 'absent' })], contexts: [west] }), 'warn', /b of KUBECONFIG does not exist/],
    ['kubeconfig, one that is garbled', judgeKubeconfig({ files: [file('a'), file('b', { state: 'invalid', error: 'bad indentation' })], contexts: [] }), 'fail', /b: bad indentation/],
    ['kubeconfig, empty', judgeKubeconfig({ files: [file('a')], contexts: [] }), 'fail', /there is no context/],

    ['modes, only for the user', judgeFileModes({ files: [file('a')] }), 'pass'],
    ['modes, readable by a group', judgeFileModes({ files: [file('a', { mode: 0o640 })] }), 'warn', /a has mode 0640: others .* read/],
    ['modes, writable by all', judgeFileModes({ files: [file('a', { mode: 0o666 })] }), 'warn', /change your credentials/],
    ['modes, of a system without', judgeFileModes({ files: [{ path: 'a', state: 'present', clusters: [], users: [], contexts: [] }] }), 'skip'],

    ['contexts, all complete', judgeContexts({ files: [], contexts: [west, east], currentContext: 'west' }), 'pass'],
    ['contexts, no current one', judgeContexts({ files: [], contexts: [east] }), 'warn', /no current context/],
    ['contexts, a current one that is not there', judgeContexts({ files: [], contexts: [east], currentContext: 'west' }), 'fail', /"west" does not exist/],
    ['contexts, the current one without its cluster', judgeContexts({ files: [], contexts: [{ ...west, server: '' }], currentContext: 'west' }), 'fail', /cluster "west" is not defined/],
    ['contexts, another one without its user', judgeContexts({ files: [], contexts: [west, { ...east, isUserDefined: false }], currentContext: 'west' }), 'warn', /user "east" is not defined/],
    ['contexts, a server that is no URL', judgeContexts({ files: [], contexts: [{ ...west, server: 'west:6443:1' }], currentContext: 'west' }), 'fail', /is no URL/],
    ['contexts, an auth provider of old', judgeContexts({ files: [], contexts: [west, { ...east, authProvider: 'gcp' }], currentContext: 'west' }), 'warn', /"gcp", which kubectl has not had/],

    ['names, each once', judgeDuplicates({ files: [file('a', { users: ['x'] }), file('b', { users: ['y'] })], contexts: [] }), 'pass'],
    ['names, one in two files', judgeDuplicates({ files: [file('a', { users: ['x'] }), file('b', { users: ['x'] })], contexts: [] }), 'warn', /user "x" is defined 2 times \(a, b\)/],
    ['names, two in one file', judgeDuplicates({ files: [file('a', { contexts: ['x', 'x'] })], contexts: [] }), 'warn', /context "x" is defined 2 times \(a\)/],
    ['names, two contexts for one thing', judgeDuplicates({ files: [], contexts: [west, { ...east, server: west.server, user: west.user }] }), 'pass', /"west", "east" lead to the same server/],

    ['expiry, nothing that ends', judgeExpiry({ contexts: [west] }, NOW), 'skip'],
    ['expiry, a year', judgeExpiry({ contexts: [{ ...west, expiring: [{ what: 'client certificate', notAfter: NOW + 365 * DAY }] }] }, NOW), 'pass'],
    ['expiry, six days', judgeExpiry({ contexts: [{ ...west, expiring: [{ what: 'client certificate', notAfter: NOW + 6 * DAY }] }] }, NOW), 'warn', /expires on 2026-06-07/],
    ['expiry, a token of an hour', judgeExpiry({ contexts: [{ ...west, expiring: [{ what: 'token', notAfter: NOW + DAY / 24 }] }] }, NOW), 'pass'],
    ['expiry, over in the current context', judgeExpiry({ contexts: [{ ...west, expiring: [{ what: 'client certificate', notAfter: NOW }] }] }, NOW), 'fail', /expired on 2026-06-01/],
    ['expiry, over in another one', judgeExpiry({ contexts: [{ ...east, expiring: [{ what: 'token', notAfter: NOW - 1 }] }] }, NOW), 'warn', /"east": the token expired/],
    ['expiry, not begun', judgeExpiry({ contexts: [{ ...west, expiring: [{ what: 'certificate authority', notBefore: NOW + 1 }] }] }, NOW), 'fail', /is the clock right/],
    ['expiry, one that cannot be read', judgeExpiry({ contexts: [{ ...west, expiring: [{ what: 'client certificate', error: 'ENOENT' }] }] }, NOW), 'fail', /cannot be read: ENOENT/],

    ['plugins, none', judgePlugins([west]), 'skip'],
    ['plugins, one that is there', judgePlugins([{ ...west, plugin: { command: 'aws', isFound: true } }]), 'pass', /^aws$/],
    ['plugins, the current one missing', judgePlugins([{ ...west, plugin: { command: 'aws', isFound: false, installHint: 'brew install awscli\nor so' } }]), 'fail', /"aws" was not found/],
    ['plugins, another one missing', judgePlugins([west, { ...east, plugin: { command: 'gke', isFound: false } }]), 'warn'],

    ['sign-in, no plugin', judgeSignIn([west], [answer('west')]), 'skip'],
    ['sign-in, it works', judgeSignIn([{ ...west, plugin: { command: 'aws', isFound: true } }], [answer('west')]), 'pass'],
    ['sign-in, the plugin fails', judgeSignIn([{ ...west, plugin: { command: 'aws', isFound: true } }], [answer('west', { isCurrent: true, error: { code: 'MCS_UNAUTHORIZED', message: 'aws failed', hints: [] } })]), 'fail', /aws failed/],
    ['sign-in, its token is refused', judgeSignIn([{ ...east, plugin: { command: 'aws', isFound: true } }], [answer('east', { status: 401 })]), 'warn', /does not accept/],

    ['servers, one answers', judgeServers([answer('west')]), 'pass', /^1 API server answers$/],
    ['servers, two answer, if only with a no', judgeServers([answer('west', { status: 403 }), answer('east')]), 'pass', /^2 API servers answer$/],
    ['servers, the current one does not', judgeServers([answer('west', { isCurrent: true, error: refused }), answer('east')]), 'fail', /"west": Cannot reach it/],
    ['servers, another one does not', judgeServers([answer('west', { isCurrent: true }), answer('east', { error: refused })]), 'warn'],
    ['servers, a broken one', judgeServers([answer('east', { status: 503 })]), 'warn', /the answer was 503/],
    ['servers, a plugin that failed is told elsewhere', judgeServers([answer('west', { error: { code: 'MCS_UNAUTHORIZED', message: '', hints: [] } })]), 'pass'],

    ['clock, in time', judgeClock([answer('west', { offsetMs: -59_000 })]), 'pass'],
    ['clock, nobody tells', judgeClock([]), 'skip'],
    ['clock, one server differs', judgeClock([answer('west', { offsetMs: 600_000 }), answer('east')]), 'warn', /"west" is 600 s ahead/],
    ['clock, all servers differ', judgeClock([answer('west', { offsetMs: 600_000 }), answer('east', { offsetMs: 600_500 })]), 'fail'],
    ['clock, all differ a little', judgeClock([answer('west', { offsetMs: -90_000 }), answer('east', { offsetMs: -90_000 })]), 'warn', /90 s behind/],

    ['proxy, none', judgeProxy({ env: {}, contexts: [west] }, []), 'pass', /no proxy/],
    ['proxy, for the outside', judgeProxy({ env: { HTTPS_PROXY: 'x' }, contexts: [{ ...west, proxy: 'http://user:secret@proxy:3128' }] }, []), 'pass', /^"west" through http:\/\/proxy:3128$/],
    ['proxy, for an internal address', judgeProxy({ env: {}, contexts: [{ ...west, server: 'https://10.1.2.3:6443', proxy: 'http://proxy:3128' }] }, []), 'warn', /internal address 10\.1\.2\.3/],
    ['proxy, two of one name', judgeProxy({ env: { NO_PROXY: 'a', no_proxy: 'b' }, contexts: [] }, []), 'warn', /NO_PROXY and no_proxy differ/],
    ['proxy, no URL', judgeProxy({ env: {}, contexts: [] }, ['Cannot use the proxy of HTTPS_PROXY']), 'fail'],

    ['TLS, all checked', judgeTls({ env: {}, contexts: [west] }), 'pass'],
    ['TLS, not in one context', judgeTls({ env: {}, contexts: [{ ...west, skipsTls: true }] }), 'warn', /insecure-skip-tls-verify/],
    ['TLS, plain HTTP abroad', judgeTls({ env: {}, contexts: [{ ...west, server: 'http://west:8080', skipsTls: true }] }), 'warn', /unencrypted/],
    ['TLS, plain HTTP at home (kubectl proxy)', judgeTls({ env: {}, contexts: [{ ...west, server: 'http://127.0.0.1:8001' }] }), 'pass'],
    ['TLS, off for everything', judgeTls({ env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, contexts: [] }), 'fail'],

    ['terminal, a pipe', judgeTerminal({ env: {}, terminal: { isTTY: false, hasColor: false, canAsk: false } }), 'pass'],
    ['terminal, a narrow one', judgeTerminal({ env: { TERM: 'xterm' }, terminal: { isTTY: true, width: 40, hasColor: true, canAsk: true } }), 'warn', /40 columns/],
    ['terminal, a usual one', judgeTerminal({ env: { TERM: 'xterm' }, terminal: { isTTY: true, width: 120, hasColor: true, canAsk: true } }), 'pass'],

    ['directory, to be made', judgeConfigDir(path({ isThere: false })), 'pass', /going to be made/],
    ['directory, closed', judgeConfigDir(path({ isWritable: false })), 'fail', /cannot be written/],

    ['join keys, none', judgeJoinKeys(path({ isThere: false }), []), 'skip'],
    ['join keys, closed', judgeJoinKeys(path(), [path({ path: 'k', mode: 0o600 })]), 'pass', /1 key/],
    ['join keys, an open one', judgeJoinKeys(path(), [path({ path: 'k', mode: 0o644 })]), 'fail', /k has mode 0644/],
    ['join keys, an open directory', judgeJoinKeys(path({ mode: 0o755 }), []), 'fail', /anybody can join/],
  ];

  it.each(rows.map(([what, outcome, status, evidence = /(?:)/]) => [what, outcome, status, evidence] as const))('%s', (_what, outcome, status, evidence) => {
    expect(outcome).toMatchObject({ status });
    expect(outcome.evidence.join('\n')).toMatch(evidence);
    // whatever is wrong comes with what to do, and never with a secret
    if (status === 'warn' || status === 'fail') expect(outcome.fix?.length).toBeGreaterThan(0);
    expect(JSON.stringify(outcome)).not.toContain('secret');
  });
});
