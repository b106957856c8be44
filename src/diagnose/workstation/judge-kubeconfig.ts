import { count, type CheckOutcome, fail, pass, skip, warn } from '../check.ts';
import { type ContextFacts, type Expiring, isServerURL, type KubeconfigFile, type WorkstationFacts } from './facts.ts';

type Facts = Pick<WorkstationFacts, 'files' | 'contexts' | 'currentContext' | 'kubeconfigError'>;

/** Whether the files of the kubeconfig are there and can be read. */
export function judgeKubeconfig({ files, contexts, kubeconfigError }: Facts): CheckOutcome {
  const invalid = files.filter(({ state }) => state === 'invalid');
  if (invalid.length > 0) return fail(invalid.map(({ path, error = 'it cannot be read' }) => `${path}: ${error}`), invalid.map(({ path }) => `kubectl config view --kubeconfig ${path}`));
  const present = files.filter(({ state }) => state === 'present');
  if (present.length === 0) return fail([`no kubeconfig: ${files.map(({ path }) => path).join(', ')} ${files.length === 1 ? 'does' : 'do'} not exist`], ['export KUBECONFIG=<file>', 'mcs sandbox up']);
  if (kubeconfigError !== undefined) return fail([kubeconfigError], ['kubectl config view']);
  const absent = files.filter(({ state }) => state === 'absent').map(({ path }) => `${path} of KUBECONFIG does not exist`);
  if (contexts.length === 0) return fail([...absent, `${present.map(({ path }) => path).join(', ')}: there is no context`], ['kubectl config get-contexts']);
  const read = `${count(contexts.length, 'context')} in ${present.map(({ path }) => path).join(', ')}`;
  return absent.length === 0 ? pass(read) : warn([...absent, read], ['echo $KUBECONFIG']);
}

/** Whether only the user can read the credentials in it. */
export function judgeFileModes({ files }: Pick<Facts, 'files'>): CheckOutcome {
  const present = files.filter(({ state }) => state !== 'absent');
  const known = present.flatMap(({ path, mode }) => (mode === undefined ? [] : [{ path, mode }]));
  if (known.length === 0) return skip('this system has no permission bits, or there is no file');
  const open = known.filter(({ mode }) => (mode & 0o077) !== 0);
  if (open.length === 0) return pass();
  return warn(open.map(({ path, mode }) => `${path} has mode ${modeText(mode)}: others on this machine can ${(mode & 0o022) === 0 ? 'read' : 'change'} your credentials`), open.map(({ path }) => `chmod 600 ${path}`));
}

export const modeText = (mode: number): string => (mode & 0o777).toString(8).padStart(4, '0');

/** Whether each context has its cluster and user. The current one must work, others only should. */
export function judgeContexts({ contexts, currentContext }: Facts): CheckOutcome {
  const broken = contexts.flatMap((context) => lacksOf(context).map((text) => ({ context, text })));
  const noCurrent = currentContext === undefined ? 'there is no current context: commands that write need --context' : contexts.some(({ isCurrent }) => isCurrent) ? undefined : `the current context "${currentContext}" does not exist`;
  const evidence = [...(noCurrent === undefined ? [] : [noCurrent]), ...broken.map(({ text }) => text)];
  if (evidence.length === 0) return pass(`current: ${currentContext ?? ''}`);
  const isCurrentBroken = (noCurrent !== undefined && currentContext !== undefined) || broken.some(({ context }) => context.isCurrent);
  const fix = [...(noCurrent === undefined ? [] : [`kubectl config use-context ${contexts[0]?.name ?? '<context>'}`]), ...broken.map(({ context }) => `kubectl config delete-context ${context.name}`)];
  return isCurrentBroken ? fail(evidence, [...new Set(fix)]) : warn(evidence, [...new Set(fix)]);
}

function lacksOf({ name, cluster, user, server, isUserDefined, authProvider }: ContextFacts): string[] {
  return [
    ...(server === '' ? [`context "${name}": cluster "${cluster}" is not defined, or has no server`] : []),
    ...(server !== '' && !isServerURL(server) ? [`context "${name}": the server "${server}" is no URL`] : []),
    ...(isUserDefined ? [] : [user === '' ? `context "${name}" names no user` : `context "${name}": user "${user}" is not defined`]),
    ...(authProvider === undefined ? [] : [`context "${name}" signs in by the auth provider "${authProvider}", which kubectl has not had since 1.26: use a credential plugin (exec)`]),
  ];
}

function namesTwice(files: readonly KubeconfigFile[], kind: 'clusters' | 'users' | 'contexts'): string[] {
  const places = new Map<string, string[]>();
  for (const file of files) for (const name of file[kind]) places.set(name, [...(places.get(name) ?? []), file.path]);
  return [...places].filter(([, paths]) => paths.length > 1).map(([name, paths]) => `${kind.slice(0, -1)} "${name}" is defined ${paths.length} times (${[...new Set(paths)].join(', ')}): only the first one counts`);
}

/** Names that hide each other, and contexts that are the same. */
export function judgeDuplicates({ files, contexts }: Pick<Facts, 'files' | 'contexts'>): CheckOutcome {
  const present = files.filter(({ state }) => state === 'present');
  const twice = (['contexts', 'clusters', 'users'] as const).flatMap((kind) => namesTwice(present, kind));
  const same = [...Map.groupBy(contexts.filter(({ server }) => server !== ''), ({ server, user }) => `${server} ${user}`).values()].filter((group) => group.length > 1);
  const aliases = same.map((group) => `contexts ${group.map(({ name }) => `"${name}"`).join(', ')} lead to the same server with the same user`);
  if (twice.length > 0) return warn([...twice, ...aliases], ['kubectl config view', 'kubectl config rename-context <old> <new>']);
  return aliases.length > 0 ? pass(...aliases) : pass();
}

const DAY_MS = 86_400_000;
const SOON_MS = 7 * DAY_MS;

function expiryText(context: string, { what, notBefore, notAfter, error }: Expiring, now: number): { text: string; isOver: boolean } | undefined {
  if (error !== undefined) return { text: `context "${context}": the ${what} cannot be read: ${error}`, isOver: true };
  if (notBefore !== undefined && notBefore > now) return { text: `context "${context}": the ${what} is not valid before ${new Date(notBefore).toISOString()}; is the clock right?`, isOver: true };
  if (notAfter === undefined || notAfter - now > SOON_MS) return undefined;
  const date = new Date(notAfter).toISOString();
  if (notAfter <= now) return { text: `context "${context}": the ${what} expired on ${date}`, isOver: true };
  // tokens are short-lived by design
  return what === 'token' ? undefined : { text: `context "${context}": the ${what} expires on ${date}`, isOver: false };
}

/** Client certificates, tokens and authorities whose time is over, or soon will be. */
export function judgeExpiry({ contexts }: Pick<Facts, 'contexts'>, now: number): CheckOutcome {
  const all = contexts.flatMap(({ name, expiring, isCurrent }) => expiring.flatMap((one) => ({ isCurrent, found: expiryText(name, one, now) })));
  if (all.length === 0) return skip('no context has a certificate or a token that tells its end');
  const found = all.flatMap(({ found: one, isCurrent }) => (one === undefined ? [] : [{ ...one, isCurrent }]));
  if (found.length === 0) return pass(`${count(all.length, 'credential')} looked at`);
  const evidence = found.map(({ text }) => text);
  const fix = ['Ask whoever gave you the kubeconfig for a new one; with kubeadm: kubeadm certs renew all'];
  return found.some(({ isOver, isCurrent }) => isOver && isCurrent) ? fail(evidence, fix) : warn(evidence, fix);
}
