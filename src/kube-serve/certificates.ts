import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import forge from 'node-forge';

export interface CertificateAuthority {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  readonly commonName: string;
}

export interface IssuedCertificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

interface Attribute {
  readonly name: string;
  readonly value: string;
}

interface CertificateRequest {
  readonly subject: readonly Attribute[];
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signingKey: KeyObject;
  readonly extensions: readonly object[];
  readonly days: number;
  readonly now: number;
}

const DAY_MS = 24 * 3600 * 1000;
/** Clocks of clients may lag behind ours. */
const SKEW_MS = 5 * 60_000;
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
/** Where the key stands in a TBSCertificate: version, serial, algorithm, issuer, validity, subject, key. */
const ALGORITHM_INDEX = 2;
const PUBLIC_KEY_INDEX = 6;

const { asn1 } = forge;

function sequence(...values: forge.asn1.Asn1[]): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, values);
}

function ecdsaAlgorithm(): forge.asn1.Asn1 {
  const oid = asn1.oidToDer(ECDSA_WITH_SHA256).getBytes();
  return sequence(asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OID, false, oid));
}

function toDer(value: forge.asn1.Asn1): Buffer {
  return Buffer.from(asn1.toDer(value).getBytes(), 'binary');
}

function publicKeyInfo(key: KeyObject): forge.asn1.Asn1 {
  return asn1.fromDer(key.export({ type: 'spki', format: 'der' }).toString('binary'));
}

/** forge encodes everything in a certificate but knows only RSA keys: the first draft has a dummy, which is replaced. */
function toBeSigned(request: CertificateRequest): forge.asn1.Asn1 {
  const draft = forge.pki.createCertificate();
  const one = new forge.jsbn.BigInteger('1');
  draft.publicKey = forge.pki.setRsaPublicKey(one, one);
  draft.signatureOid = ECDSA_WITH_SHA256;
  draft.siginfo.algorithmOid = ECDSA_WITH_SHA256;
  draft.signature = '';
  // a positive number: the first bit must not be set
  draft.serialNumber = `01${randomBytes(15).toString('hex')}`;
  draft.validity.notBefore = new Date(request.now - SKEW_MS);
  draft.validity.notAfter = new Date(request.now + request.days * DAY_MS);
  draft.setSubject([...request.subject]);
  draft.setIssuer([{ name: 'commonName', value: request.issuer }]);
  draft.setExtensions([...request.extensions]);
  const [tbs] = forge.pki.certificateToAsn1(draft).value as forge.asn1.Asn1[];
  if (tbs === undefined) throw new Error('Cannot encode a certificate: forge gave no TBSCertificate');
  const parts = tbs.value as forge.asn1.Asn1[];
  parts[ALGORITHM_INDEX] = ecdsaAlgorithm();
  parts[PUBLIC_KEY_INDEX] = publicKeyInfo(request.publicKey);
  return tbs;
}

function signCertificate(request: CertificateRequest): string {
  const tbs = toBeSigned(request);
  const signature = sign('sha256', toDer(tbs), request.signingKey);
  const bits = asn1.create(asn1.Class.UNIVERSAL, asn1.Type.BITSTRING, false, `\0${signature.toString('binary')}`);
  const der = toDer(sequence(tbs, ecdsaAlgorithm(), bits));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function createKeys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject; readonly pem: string } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { publicKey: createPublicKey(privateKey), privateKey, pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** A new, self-signed authority (EC P-256, ten years). */
export function makeAuthority(commonName: string, now: number = Date.now()): CertificateAuthority {
  const keys = createKeys();
  const cert = signCertificate({
    subject: [{ name: 'commonName', value: commonName }],
    issuer: commonName,
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
    days: 3650,
    now,
  });
  return { cert, key: keys.pem, commonName };
}

function issue(authority: CertificateAuthority, subject: readonly Attribute[], extensions: readonly object[], now: number, days = 365): IssuedCertificate {
  const keys = createKeys();
  const cert = signCertificate({
    subject,
    issuer: authority.commonName,
    publicKey: keys.publicKey,
    signingKey: createPrivateKey(authority.key),
    extensions: [{ name: 'basicConstraints', cA: false, critical: true }, { name: 'keyUsage', digitalSignature: true, critical: true }, ...extensions],
    days,
    now,
  });
  return { cert, key: keys.pem };
}

export interface ServingCertificateOptions {
  /** Default: the first host or address. */
  readonly commonName?: string;
  readonly hosts?: readonly string[];
  readonly ips?: readonly string[];
  readonly now?: number;
  /** How long it is valid. Default: one year. */
  readonly days?: number;
}

const DNS_NAME = 2;
const IP_ADDRESS = 7;

/** A certificate for a server under these names and addresses (EC P-256, one year). */
export function issueServingCertificate(authority: CertificateAuthority, { commonName, hosts = [], ips = [], now = Date.now(), days }: ServingCertificateOptions): IssuedCertificate {
  const altNames = [...hosts.map((value) => ({ type: DNS_NAME, value })), ...ips.map((ip) => ({ type: IP_ADDRESS, ip }))];
  const subject = [{ name: 'commonName', value: commonName ?? hosts[0] ?? ips[0] ?? 'server' }];
  return issue(authority, subject, [{ name: 'extKeyUsage', serverAuth: true }, { name: 'subjectAltName', altNames }], now, days);
}
