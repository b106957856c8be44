import { MIRROR_EMITTER } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { Secret } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import { DEFAULT_SECURE_PORT } from '../../mirror/emit/settings.ts';
import { type DeployContext, withPatience } from '../deploy-context.ts';
import { dryRunOf } from '../dry-run.ts';
import { Steps } from '../steps.ts';
import type { CredentialResult, RevokeCredentialResult } from './credential.ts';
import { type EmitterFiles, emitterHost, findReaderToken, withoutReader, withReader } from './emitter-secret.ts';
import { ensureSecret } from './ensure-secret.ts';
import { kubeconfigText } from './kubeconfig-text.ts';
import { filesOf } from './standing-mirror.ts';

export interface EmitterCredentialOptions {
  readonly namespace: string;
  /** Who reads: its name stands beside the token, so that it can be revoked. */
  readonly account: string;
  /** Address of the emitter as the reader sees it; the ClusterIP of its Service where it is not given. */
  readonly server?: string;
  readonly contextName: string;
  readonly dryRun: boolean;
}

async function requireEmitter({ client, signal }: DeployContext, namespace: string): Promise<{ secret: Secret; address: string }> {
  const [secret, service] = await Promise.all([client.find(resources.secrets, MIRROR_EMITTER, namespace, { signal }), client.find(resources.services, MIRROR_EMITTER, namespace, { signal })]);
  if (secret !== undefined && isOurs(secret) && service !== undefined) return { secret, address: service.spec.clusterIP ?? '' };
  throw new McsError('MCS_EMITTER_NOT_FOUND', `Cannot make a credential for an emitter: none is installed in namespace "${namespace}"`, { hints: ['mcs mirror install --emitter', 'mcs mirror credential   # for the API server itself'] });
}

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);

async function change(context: DeployContext, { namespace, account }: Pick<EmitterCredentialOptions, 'namespace' | 'account'>, edit: (files: EmitterFiles, reader: string) => EmitterFiles, steps: Steps, title: string): Promise<void> {
  const { client, version } = context;
  await steps.do(title, ({ signal }) => ensureSecret(client, { name: MIRROR_EMITTER, namespace, labels: {}, version }, (secret) => edit(secret === undefined ? {} : filesOf(secret), account), signal));
}

/** A kubeconfig for the emitter that is installed here. Throws MCS_EMITTER_NOT_FOUND. */
export async function createEmitterCredential(given: DeployContext, options: EmitterCredentialOptions): Promise<CredentialResult> {
  const context = options.dryRun ? dryRunOf(withPatience(given)).context : withPatience(given);
  const steps = new Steps(context);
  const { namespace, account, contextName } = options;
  const { address } = await requireEmitter(context, namespace);
  const server = options.server ?? `https://${bracketed(address)}:${DEFAULT_SECURE_PORT}`;
  await change(context, options, withReader, steps, `Let "${account}" read the emitter`);
  const shared = { account, namespace, server, steps: steps.results, warnings: steps.warnings };
  if (options.dryRun) return { ...shared, manifests: `# Not shown: Secret ${namespace}/${MIRROR_EMITTER} with a token for "${account}"\n` };
  const files = filesOf((await requireEmitter(context, namespace)).secret);
  const kubeconfig = kubeconfigText({ name: contextName, user: account, server, ca: files['ca.crt'] ?? '', servername: emitterHost(namespace), token: findReaderToken(files, account) ?? '' });
  return { ...shared, steps: steps.results, kubeconfig };
}

/** Takes a reader's token away; kubelet brings the change to the emitter within some 90 s. Throws MCS_EMITTER_NOT_FOUND. */
export async function revokeEmitterCredential(given: DeployContext, options: Pick<EmitterCredentialOptions, 'namespace' | 'account' | 'dryRun'>): Promise<RevokeCredentialResult> {
  const { namespace, account, dryRun } = options;
  const { context, planned } = dryRun ? dryRunOf(withPatience(given)) : { context: withPatience(given) };
  const steps = new Steps(context);
  await requireEmitter(context, namespace);
  await change(context, options, withoutReader, steps, `Let "${account}" read the emitter no longer`);
  return { account, namespace, steps: steps.results, isUnchanged: steps.isUnchanged, ...(planned && { planned }) };
}
