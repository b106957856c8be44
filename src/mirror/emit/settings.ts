/** A certificate and its key, as files that are read again when they change. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The HTTPS port. */
export interface SecureListener {
  readonly host: string;
  readonly port: number;
  /** Undefined: a certificate of an authority of our own, kept in `certDir`. */
  readonly certificate?: CertificateFiles;
  /** Where the authority and the certificate are kept that are made here. */
  readonly certDir: string;
  /** Names and addresses in a certificate that is made here, besides those of this host. */
  readonly names: readonly string[];
  /** As Node.js names it. Default TLSv1.2. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** OpenSSL names. Default: those of Node.js. */
  readonly ciphers?: readonly string[];
}

/** The plain HTTP port: everything that it serves, bearer tokens too, can be read on the way. */
export interface InsecureListener {
  readonly host: string;
  readonly port: number;
}

/** Who may read. At least one way is needed (`validateEmitterSettings`). */
export interface EmitterAuthentication {
  /** Each line of each file is a bearer token; empty lines and lines that begin with `#` are none. */
  readonly tokenFiles: readonly string[];
  /** PEM of the authorities whose client certificates are accepted. */
  readonly clientCaFile?: string;
  /** Whoever reaches a port may read everything. */
  readonly anonymous: boolean;
}

/** What an emitter is told, whoever it was told by: its own flags, or those of a mirror with the reflector preset. */
export interface EmitterSettings {
  /** Equality and set requirements on Services. Empty: every Service. */
  readonly labelSelector: string;
  /** Undefined: all. */
  readonly namespaces?: readonly string[];
  /** Only Services that have a ServiceExport of their name. */
  readonly exportedOnly: boolean;
  /** Whole objects, but for managedFields and kubectl's last-applied; otherwise only what mirrors need. */
  readonly full: boolean;
  readonly secure?: SecureListener;
  readonly insecure?: InsecureListener;
  readonly authentication: EmitterAuthentication;
  /** Watches open at once; one more gets 429. */
  readonly maxWatches: number;
}

/** Of service-reflector's emitter; the API server's own port. */
export const DEFAULT_SECURE_PORT = 6443;
export const DEFAULT_MAX_WATCHES = 1000;
