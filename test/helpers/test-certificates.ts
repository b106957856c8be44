import { constants, generateKeyPairSync, privateEncrypt } from 'node:crypto';
import forge from 'node-forge';

export interface Issued {
  readonly cert: string;
  readonly key: string;
}

export interface TestAuthority {
  readonly ca: string;
  /** A serving or client certificate from this authority; the same one for the same options. */
  issue(options?: IssueOptions): Issued;
}

export interface IssueOptions {
  readonly commonName?: string;
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
  readonly expired?: boolean;
}

const DAY_MS = 86_400_000;
let serial = 1;

interface Key {
  readonly pem: string;
  readonly publicKey: forge.pki.rsa.PublicKey;
  /** Stands in for node-forge's private key. */
  readonly signer: forge.pki.rsa.PrivateKey;
}

/** ASN.1 of DigestInfo before a SHA-256 digest (RFC 8017 section 9.2). */
const DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/** node:crypto makes keys and signatures a hundred times faster than node-forge. */
function createKey(): Key {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
  const sign = (digest: forge.md.MessageDigest): string => {
    const info = Buffer.concat([DIGEST_INFO, Buffer.from(digest.digest().toHex(), 'hex')]);
    return privateEncrypt({ key: pair.privateKey, padding: constants.RSA_PKCS1_PADDING }, info).toString('binary');
  };
  return { pem: pair.privateKey, publicKey: forge.pki.publicKeyFromPem(pair.publicKey), signer: { sign } as unknown as forge.pki.rsa.PrivateKey };
}

function blank(publicKey: forge.pki.rsa.PublicKey, commonName: string, expired = false): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = publicKey;
  certificate.serialNumber = (serial += 1).toString(16).padStart(2, '0');
  certificate.validity.notBefore = new Date(Date.now() - 10 * DAY_MS);
  certificate.validity.notAfter = new Date(Date.now() + (expired ? -DAY_MS : DAY_MS));
  certificate.setSubject([{ name: 'commonName', value: commonName }]);
  return certificate;
}

/** A certificate authority of its own, for one test server. */
export function createTestAuthority(commonName = 'test authority'): TestAuthority {
  const root = createKey();
  const rootCertificate = blank(root.publicKey, commonName);
  rootCertificate.setIssuer(rootCertificate.subject.attributes);
  rootCertificate.setExtensions([{ name: 'basicConstraints', cA: true }, { name: 'keyUsage', keyCertSign: true, digitalSignature: true }]);
  rootCertificate.sign(root.signer, forge.md.sha256.create());
  const issue = ({ commonName: subject = 'localhost', names = ['localhost'], addresses = ['127.0.0.1', '::1'], expired = false }: IssueOptions): Issued => {
    const key = createKey();
    const certificate = blank(key.publicKey, subject, expired);
    certificate.setIssuer(rootCertificate.subject.attributes);
    const altNames = [...names.map((value) => ({ type: 2, value })), ...addresses.map((ip) => ({ type: 7, ip }))];
    certificate.setExtensions([{ name: 'extKeyUsage', serverAuth: true, clientAuth: true }, { name: 'subjectAltName', altNames }]);
    certificate.sign(root.signer, forge.md.sha256.create());
    return { cert: forge.pki.certificateToPem(certificate), key: key.pem };
  };
  const issued = new Map<string, Issued>();
  return {
    ca: forge.pki.certificateToPem(rootCertificate),
    issue: (options = {}) => {
      const wanted = JSON.stringify(options);
      const known = issued.get(wanted) ?? issue(options);
      issued.set(wanted, known);
      return known;
    },
  };
}
