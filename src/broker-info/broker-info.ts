import { isDnsLabel } from '../api/names.ts';
import { type Fields, fieldsOf } from './fields.ts';

/** What a cluster needs to ask for membership; the decrypted content of `broker-info.subm`. */
export interface BrokerInfo {
  readonly formatVersion: 1;
  /** `https://host:port` of the broker's API server. */
  readonly server: string;
  /** PEM of the certificate authority; empty where the system's trust store is to be used. */
  readonly ca: string;
  /** `sha256:<hex>` of the authority's SPKI; empty exactly where `ca` is. */
  readonly caPin: string;
  /** Namespace of the broker. */
  readonly namespace: string;
  readonly token: JoinCredential;
  /** Components that members of this set run. */
  readonly components: readonly string[];
  /** UID of the broker's namespace: a broker that was made anew is another broker. */
  readonly brokerUID: string;
  /** RFC 3339 */
  readonly createdAt: string;
}

/** May create and get ClusterJoins and read Clusters, and nothing else. */
export interface JoinCredential {
  readonly id: string;
  /** 32 bytes in base64, known to the desk too: key of the proofs. */
  readonly secret: string;
  /** Bearer token for the broker's API server. */
  readonly bearer: string;
  /** RFC 3339 */
  readonly expiresAt: string;
}

export const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
/** Part of the name of a Secret, `mcs-join-<id>`. */
export const TOKEN_ID = /^[a-z0-9]([-a-z0-9]{0,48}[a-z0-9])?$/;
const UID = /^[\x21-\x7e]{1,64}$/;

/**
 * Reads a decrypted payload. Members that are not known are ignored on purpose: additions stay
 * readable, and whatever a reader must understand raises the format version. Throws FieldError.
 */
export function parseBrokerInfo(value: unknown): BrokerInfo {
  const fields = fieldsOf(value, 'payload');
  const ca = fields.text('ca', { max: 65_536, pattern: /^$|^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/ });
  const caPin = fields.text('caPin', { max: 71, pattern: /^$|^sha256:[0-9a-f]{64}$/ });
  if ((ca === '') !== (caPin === '')) fields.fail('caPin', 'does not go with ca');
  return {
    formatVersion: fields.literal('formatVersion', 1),
    server: fields.text('server', { max: 2048, pattern: /^https:\/\/[\x21-\x7e]+$/, check: (text) => URL.canParse(text) }),
    ca,
    caPin,
    namespace: fields.text('namespace', { max: 63, check: isDnsLabel }),
    token: parseCredential(fields.record('token')),
    components: fields.texts('components', { maxItems: 16, max: 63, check: isDnsLabel }),
    brokerUID: fields.text('brokerUID', { max: 64, pattern: UID }),
    createdAt: fields.text('createdAt', { max: 40, pattern: TIMESTAMP, check: isDate }),
  };
}

function parseCredential(fields: Fields): JoinCredential {
  return {
    id: fields.text('id', { max: 50, pattern: TOKEN_ID }),
    secret: fields.bytes('secret', { min: 32, max: 64 }).toString('base64'),
    // what goes into an HTTP header must not hold line breaks
    bearer: fields.text('bearer', { max: 16_384, pattern: /^[\x21-\x7e]+$/ }),
    expiresAt: fields.text('expiresAt', { max: 40, pattern: TIMESTAMP, check: isDate }),
  };
}

export function isDate(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}
