import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import { BugError, errorMessage, McsError } from '../../base/errors.ts';
import type { Startable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import type { ListenOptions } from '../../kube-serve/read-server.ts';
import { CredentialFiles } from './credential-files.ts';
import { ensureOwnCertificate } from './own-certificate.ts';
import type { SecureListener } from './settings.ts';

export type Tls = NonNullable<ListenOptions['tls']>;

export interface ServingCertificateOptions {
  readonly listener: SecureListener;
  readonly clientCaFile: string | undefined;
  /** Another certificate or key, or other authorities of clients, count from now on. */
  readonly onChange: (tls: Tls, isOtherAuthority: boolean) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly fileIntervalMs?: number;
}

/** A certificate of our own lasts a year; it is looked at once a day. */
const RENEWAL_INTERVAL_MS = 24 * 3600 * 1000;

/** To Node.js an empty text means all authorities that it knows itself: whoever has a public certificate could read. */
function validateAuthorities(ca: string): void {
  try {
    new X509Certificate(ca);
  } catch (error) {
    throw new Error('no certificate of an authority of clients stands in its file', { cause: error });
  }
}

/** What the HTTPS port shows and trusts: from files, or made here; always as it is now. */
export class ServingCertificate implements Startable {
  readonly name = 'certificate';
  readonly #options: ServingCertificateOptions;
  readonly #files: CredentialFiles;
  #own: { readonly cert: string; readonly key: string } | undefined;
  #contents: readonly string[] = [];
  #tls: Tls | undefined;
  #cancelRenewal: () => void = () => undefined;

  constructor(options: ServingCertificateOptions) {
    const { clientCaFile, clock, fileIntervalMs, listener, logger } = options;
    const { certificate } = listener;
    this.#options = options;
    this.#files = new CredentialFiles({
      what: 'certificate files',
      paths: [...(certificate === undefined ? [] : [certificate.certFile, certificate.keyFile]), ...(clientCaFile === undefined ? [] : [clientCaFile])],
      onContents: (contents) => this.#use(contents),
      clock,
      logger,
      ...(fileIntervalMs !== undefined && { intervalMs: fileIntervalMs }),
    });
  }

  get tls(): Tls {
    if (this.#tls === undefined) throw new BugError('Cannot give a certificate before it has been read');
    return this.#tls;
  }

  /** Throws MCS_USAGE for files that cannot be read or used. */
  async start(): Promise<void> {
    const { certificate, certDir } = this.#options.listener;
    if (certificate === undefined) {
      await this.#ensureOwn().catch((error: unknown) => {
        throw new McsError('MCS_USAGE', `Cannot keep a certificate in "${certDir}": ${errorMessage(error)}`, { hints: ['--cert-dir <folder>', '--tls-cert-file <file> --tls-private-key-file <file>'], cause: error });
      });
      this.#use([]);
    }
    await this.#files.start();
  }

  async stop(): Promise<void> {
    this.#cancelRenewal();
    await this.#files.stop();
  }

  async #ensureOwn(): Promise<void> {
    const { clock, listener, logger } = this.#options;
    const { caPath, cert, key } = await ensureOwnCertificate(listener.certDir, listener.names, clock.now());
    if (this.#own === undefined) logger.info('Serves with a certificate of its own: readers need its authority', { caFile: caPath });
    this.#own = { cert, key };
    this.#cancelRenewal = clock.schedule(() => void this.#renew(), RENEWAL_INTERVAL_MS);
  }

  async #renew(): Promise<void> {
    try {
      await this.#ensureOwn();
      this.#use(this.#contents);
    } catch (error) {
      this.#options.logger.error('Cannot renew the certificate of the emitter', { error });
      this.#cancelRenewal = this.#options.clock.schedule(() => void this.#renew(), RENEWAL_INTERVAL_MS);
    }
  }

  /** Throws for what is no certificate, or does not go with its key; what was in use stays so then. */
  #use(contents: readonly string[]): void {
    const { clientCaFile, listener, onChange } = this.#options;
    const [cert, key] = listener.certificate === undefined ? [this.#own?.cert, this.#own?.key] : contents;
    const ca = clientCaFile === undefined ? undefined : contents.at(-1);
    // at the start one of the two, own certificate and files, comes after the other
    if (cert === undefined || key === undefined || (clientCaFile !== undefined && ca === undefined)) return;
    if (ca !== undefined) validateAuthorities(ca);
    const { ciphers, minVersion = 'TLSv1.2' } = listener;
    const tls: Tls = { cert, key, minVersion, ...(ca !== undefined && { ca }), ...(ciphers && { ciphers: ciphers.join(':') }) };
    createSecureContext(tls);
    const before = this.#tls;
    this.#contents = contents;
    this.#tls = tls;
    if (before !== undefined && (before.cert !== cert || before.ca !== ca)) onChange(tls, before.ca !== ca);
  }
}
