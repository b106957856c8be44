import { memberAccountName } from '../../../src/api/names.ts';
import { resourcePath, resources } from '../../../src/api/resources.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { eventually } from '../../helpers/eventually.ts';
import { type Attempt, hostileAttempts, type Scene } from './attempts.ts';
import { memberImport } from '../../helpers/member-records.ts';
import { type RawAnswer, sendRaw } from './raw-access.ts';
import type { ClusterAccess } from '../../../src/kube/client.ts';

/** What a hostile member tried, and who stopped it. */
export interface Finding {
  readonly attempt: string;
  readonly refusedBy: 'RBAC' | 'admission policy' | 'API server' | 'importer';
  readonly evidence: string;
}

export interface BrokerSide {
  readonly access: ClusterAccess;
  readonly admin: KubeClient;
  readonly scene: Scene;
  /** Token of the hostile member. */
  readonly token: string;
}

function refuserOf({ code, text }: RawAnswer): Finding['refusedBy'] | undefined {
  if (code < 400) return undefined;
  if (text.includes('ValidatingAdmissionPolicy')) return 'admission policy';
  return code === 403 && text.includes(' cannot ') ? 'RBAC' : 'API server';
}

function messageOf({ text }: RawAnswer): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text.slice(0, 300);
  }
}

async function tryOne({ access, token }: BrokerSide, attempt: Attempt, expected: Finding['refusedBy']): Promise<Finding> {
  const answer = await sendRaw(access, token, attempt);
  const refusedBy = refuserOf(answer);
  const evidence = `${answer.code} ${messageOf(answer)}`;
  if (refusedBy === expected) return { attempt: attempt.title, refusedBy, evidence };
  throw new Error(`Isolation: "${attempt.title}" (${attempt.method} ${attempt.path}) was ${refusedBy === undefined ? 'NOT refused' : `refused by ${refusedBy}`}, expected: ${expected}; ${evidence}`);
}

/** Everything at once with the rights that a member has. */
export async function tryWithMemberRights(side: BrokerSide): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const attempt of hostileAttempts(side.scene)) findings.push(await tryOne(side, attempt, attempt.by));
  return findings;
}

/**
 * The same with every right in the broker namespace, as a careless administrator's binding for all
 * its accounts would give: the policies hold all by themselves.
 */
export async function tryWithAllRights(side: BrokerSide): Promise<Finding[]> {
  const { admin, scene } = side;
  const { namespace, hostile } = scene;
  const name = `hostile-${hostile}`;
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole' as const, name: 'cluster-admin' };
  await admin.create(resources.roleBindings, { metadata: { name, namespace }, roleRef, subjects: [{ kind: 'ServiceAccount', name: memberAccountName(hostile), namespace }] });
  try {
    await eventually(async () => (await sendRaw(side.access, side.token, { method: 'GET', path: resourcePath(resources.secrets, namespace) })).code === 200, { timeoutMs: 15_000, everyMs: 100 });
    const findings: Finding[] = [];
    for (const attempt of hostileAttempts(scene).filter(({ onlyRBAC }) => onlyRBAC !== true)) {
      const { attempt: title, ...rest } = await tryOne(side, attempt, attempt.by === 'API server' ? attempt.by : 'admission policy');
      findings.push({ attempt: `with every right: ${title}`, ...rest });
    }
    return findings;
  } finally {
    await admin.delete(resources.roleBindings, name, namespace);
  }
}

/** What a member needs is still allowed, and no later write changes when the broker first saw a record. */
export async function forgeCreationTime({ access, token, admin, scene }: BrokerSide): Promise<Finding> {
  const { namespace, hostile, victim } = scene;
  const own = memberImport({ ...victim, cluster: hostile }, namespace);
  const forged = '2000-01-01T00:00:00Z';
  const created = await sendRaw(access, token, { method: 'POST', path: resourcePath(resources.serviceImports, namespace), body: { ...own, metadata: { ...own.metadata, creationTimestamp: forged } } });
  if (created.code !== 201) throw new Error(`Isolation: a member cannot write its own record: ${created.code} ${messageOf(created)}`);
  const before = await admin.get(resources.serviceImports, own.metadata.name, namespace);
  const path = resourcePath(resources.serviceImports, namespace, own.metadata.name);
  const patched = await sendRaw(access, token, { method: 'PATCH', path, contentType: 'application/merge-patch+json', body: { metadata: { creationTimestamp: forged } } });
  const after = await admin.get(resources.serviceImports, own.metadata.name, namespace);
  const [then = '', now = ''] = [before.metadata.creationTimestamp, after.metadata.creationTimestamp];
  if (then !== now || Date.parse(now) < Date.now() - 3_600_000) throw new Error(`Isolation: the creation time of a record was forged: ${then} became ${now}`);
  return { attempt: 'forge precedence by an early creation time', refusedBy: 'API server', evidence: `created as of ${now}, the patch (${patched.code}) changed nothing` };
}
