import { createHmac, createPrivateKey, sign, timingSafeEqual, verify } from 'node:crypto';
import { apiVersionOf, resources } from '../api/resources.ts';
import type { ClusterJoin, SharedSettings } from '../api/types/index.ts';
import { McsError } from '../base/errors.ts';
import type { BrokerInfo } from './broker-info.ts';
import { encodeCanonical } from './canonical.ts';
import { parseClusterJoinSpec } from './cluster-join-spec.ts';
import { decodeBase64, FieldError } from './fields.ts';
import { createAnswerKey, parsePublicKey, publicKeyOf } from './identity-key.ts';

type Spec = ClusterJoin['spec'];
/** All of a spec that the proofs cover. */
export type UnsignedSpec = Omit<Spec, 'mac' | 'signature'>;

export interface ClusterJoinRequest {
  readonly info: BrokerInfo;
  /** Random name of the object; the answer is bound to it. */
  readonly name: string;
  readonly clusterID: string;
  /** UID of the joining cluster's kube-system namespace. */
  readonly clusterUID: string;
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
  readonly nodeCIDRs: readonly string[];
  readonly components: readonly string[];
  readonly settings?: SharedSettings;
  readonly identityPrivateKeyPem: string;
}

export interface BuiltClusterJoin {
  readonly join: ClusterJoin;
  /** Opens the answer; it need not outlive the join. */
  readonly answerPrivateKeyPem: string;
}

/** Text form of the settings in which order and undefined members do not matter. */
function settingsText(settings: SharedSettings | undefined): string {
  const entries = Object.entries(settings ?? {}).filter(([, value]) => value !== undefined);
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What mac and signature are made of: the whole request, the broker that it is for, and its name. */
export function proofInput(spec: UnsignedSpec, name: string, brokerUID: string): Buffer {
  return encodeCanonical([
    'mcs.clusterset.local/cluster-join',
    String(spec.version),
    brokerUID,
    name,
    spec.tokenID,
    spec.clusterID,
    spec.clusterUID,
    spec.podCIDRs,
    spec.serviceCIDRs,
    spec.nodeCIDRs,
    spec.components,
    settingsText(spec.settings),
    spec.identityKey,
    spec.answerKey,
  ]);
}

function macOf(input: Buffer, tokenSecret: string): Buffer {
  return createHmac('sha256', Buffer.from(tokenSecret, 'base64')).update(input).digest();
}

/** Makes a signed request for membership, ready to be created on the broker. Nothing is sent. */
export function buildClusterJoin(request: ClusterJoinRequest): BuiltClusterJoin {
  const { info, name, identityPrivateKeyPem } = request;
  const answerKey = createAnswerKey();
  const unsigned: UnsignedSpec = {
    version: 1,
    tokenID: info.token.id,
    clusterID: request.clusterID,
    clusterUID: request.clusterUID,
    podCIDRs: [...request.podCIDRs],
    serviceCIDRs: [...request.serviceCIDRs],
    nodeCIDRs: [...request.nodeCIDRs],
    components: [...request.components],
    ...(request.settings !== undefined && { settings: request.settings }),
    identityKey: publicKeyOf(identityPrivateKeyPem),
    answerKey: answerKey.publicKey,
  };
  const input = proofInput(unsigned, name, info.brokerUID);
  const mac = macOf(input, info.token.secret).toString('base64');
  const signature = sign(null, input, createPrivateKey(identityPrivateKeyPem)).toString('base64');
  const join: ClusterJoin = {
    apiVersion: apiVersionOf(resources.clusterJoins),
    kind: resources.clusterJoins.kind,
    metadata: { name, namespace: info.namespace },
    spec: { ...unsigned, mac, signature },
  };
  return { join, answerPrivateKeyPem: answerKey.privateKeyPem };
}

function throwUnproven(state: string, cause?: unknown): never {
  throw new McsError('MCS_JOIN_PROOF_INVALID', `Cannot verify the join: ${state}`, {
    hints: ['mcs join again with the newest broker-info file of this broker'],
    ...(cause !== undefined && { cause }),
  });
}

/**
 * Checks that a request is complete, that whoever made it knows the token's secret, and that it was
 * signed with the identity key that it names. Throws MCS_JOIN_PROOF_INVALID.
 */
export function verifyClusterJoin(join: ClusterJoin, { brokerUID, tokenSecret }: { brokerUID: string; tokenSecret: string }): void {
  const spec = readSpec(join);
  const input = proofInput(spec, join.metadata.name, brokerUID);
  const mac = decodeBase64(spec.mac);
  const expected = macOf(input, tokenSecret);
  if (mac?.length !== expected.length || !timingSafeEqual(mac, expected)) throwUnproven('it was not made with this join token for this broker');
  const identity = parsePublicKey(spec.identityKey, 'ed25519');
  const signature = decodeBase64(spec.signature);
  if (identity === undefined || signature === undefined || !verify(null, input, identity, signature)) throwUnproven('its signature does not match its identity key');
  if (parsePublicKey(spec.answerKey, 'x25519') === undefined) throwUnproven('its answer key is none');
}

function readSpec(join: ClusterJoin): Spec {
  try {
    return parseClusterJoinSpec(join.spec);
  } catch (error) {
    return throwUnproven(error instanceof FieldError ? error.message : 'it is malformed', error);
  }
}
