import { randomBytes } from 'node:crypto';
import { JOIN_TOKEN_ID } from '../../src/api/labels.ts';
import { BROKER_NAMESPACE, joinTokenSecretName } from '../../src/api/names.ts';
import { apiVersionOf, type Resource, resources } from '../../src/api/resources.ts';
import type { KubeObject } from '../../src/api/types/index.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { type BrokerInfo, buildClusterJoin, type ClusterJoinRequest, createIdentityKey, findAnswer, type JoinAnswer } from '../../src/broker-info/index.ts';
import { renderTemplate } from '../../src/deployers/render-template.ts';
import { createDeskService, type DeskService } from '../../src/desk/desk-service.ts';
import { type JoinToken, joinTokenData } from '../../src/broker-info/join-token.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { startTestApiServer, type TestApiServer } from './api-server.ts';
import { eventually } from './eventually.ts';
import { packageTemplates } from './package-templates.ts';

type Joining = Partial<Omit<ClusterJoinRequest, 'info' | 'name'>> & { readonly clusterID: string };

/** A broker with the roles that deploy-broker gives it, and a desk that has its ServiceAccount's rights only. */
export interface DeskBroker {
  readonly server: TestApiServer;
  readonly admin: KubeClient;
  readonly desk: DeskService;
  /** Makes a join token as deploy-broker does; the bearer in it is bound to the token's Secret. */
  createToken(change?: Partial<JoinToken>): Promise<BrokerInfo>;
  /** Creates a ClusterJoin with the token's own rights; the returned function waits for the answer. */
  send(info: BrokerInfo, joining: Joining): Promise<() => Promise<JoinAnswer>>;
  startDesk(): Promise<void>;
  stop(): Promise<void>;
}

const ROLES = ['broker/namespace.yaml', 'broker/member-role.yaml', 'broker/join-role.yaml', 'broker/desk-role.yaml'];

async function install(admin: KubeClient): Promise<void> {
  const kinds = Object.values(resources) as Resource<KubeObject>[];
  for (const template of ROLES) {
    for (const object of await renderTemplate(packageTemplates, template, { brokerNamespace: BROKER_NAMESPACE, version: '0.0.1' })) {
      const resource = kinds.find((candidate) => candidate.kind === object.kind && apiVersionOf(candidate) === object.apiVersion);
      if (resource === undefined) throw new Error(`Unknown kind ${object.kind}`);
      await admin.create(resource, object);
    }
  }
}

async function issueToken({ admin, server }: Pick<DeskBroker, 'admin' | 'server'>, change: Partial<JoinToken>): Promise<BrokerInfo> {
  const id = randomBytes(4).toString('hex');
  const secret = randomBytes(32).toString('base64');
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const data = joinTokenData({ secret, expiresAt, approve: false, uses: [], accepted: [], denied: [], ...change });
  const metadata = { name: joinTokenSecretName(id), namespace: BROKER_NAMESPACE, labels: { [JOIN_TOKEN_ID]: id } };
  const created = await admin.create(resources.secrets, { metadata, data });
  const boundSecret = { name: created.metadata.name, uid: created.metadata.uid ?? '' };
  const { token: bearer } = await admin.createToken('mcs-join', BROKER_NAMESPACE, { expirationSeconds: 3600, boundSecret });
  const namespace = await admin.get(resources.namespaces, BROKER_NAMESPACE);
  return {
    formatVersion: 1,
    server: server.url,
    ca: '',
    caPin: '',
    namespace: BROKER_NAMESPACE,
    token: { id, secret, bearer, expiresAt },
    components: ['connectivity'],
    brokerUID: namespace.metadata.uid ?? '',
    createdAt: new Date().toISOString(),
  };
}

async function sendJoin(joiner: KubeClient, info: BrokerInfo, joining: Joining): Promise<() => Promise<JoinAnswer>> {
  const { join, answerPrivateKeyPem } = buildClusterJoin({
    info,
    name: `join-${randomBytes(8).toString('hex')}`,
    clusterUID: `uid-${joining.clusterID}`,
    podCIDRs: [],
    serviceCIDRs: ['10.96.0.0/12'],
    nodeCIDRs: [],
    components: ['connectivity'],
    identityPrivateKeyPem: createIdentityKey().privateKeyPem,
    ...joining,
  });
  await joiner.create(resources.clusterJoins, join);
  const keys = { answerPrivateKeyPem, tokenSecret: info.token.secret };
  return () => eventually(async () => findAnswer(await joiner.get(resources.clusterJoins, join.metadata.name, BROKER_NAMESPACE), join, keys) ?? false);
}

export async function startDeskBroker(): Promise<DeskBroker> {
  const server = await startTestApiServer();
  const admin = server.client();
  await install(admin);
  const { token } = await admin.createToken('mcs-desk', BROKER_NAMESPACE, { expirationSeconds: 3600 });
  const observer = { joinAnswered: () => undefined, memberRemoved: () => undefined, failed: () => undefined };
  const desk = createDeskService({ client: server.client(token), namespace: BROKER_NAMESPACE, identity: 'desk-pod', allowLoopback: false, clock: systemClock, logger: silentLogger, observer, approvalPollMs: 50 });
  const abort = new AbortController();
  return {
    server,
    admin,
    desk,
    createToken: (change = {}) => issueToken({ admin, server }, change),
    send: (info, joining) => sendJoin(server.client(info.token.bearer), info, joining),
    startDesk: () => desk.start(abort.signal),
    stop: async () => {
      abort.abort();
      await desk.stop();
      await server.stop();
    },
  };
}
