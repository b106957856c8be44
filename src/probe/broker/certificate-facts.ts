import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { errorMessage, systemErrorCode } from '../../base/errors.ts';
import { caPins } from '../../base/pin.ts';
import { tlsFaultOf } from '../../kube/connection-error.ts';

export interface TlsTarget {
  /** Name or address, as certificates are made out for it. */
  readonly host: string;
  /** Address to connect to. */
  readonly address: string;
  readonly port: number;
  /** PEM of the authorities that are trusted; empty for those of the system. */
  readonly ca: string;
  readonly timeoutMs: number;
}

export interface TlsFacts {
  /** Facts of the certificate that was shown, one a line; none where there was none. */
  readonly seen: readonly string[];
  /** Fault as in `tlsFaultOf`, or a system error code; absent where it can be trusted. */
  readonly code?: string;
}

const oneLine = (name: string | undefined): string => (name ?? '').split('\n').join(', ') || 'nobody';

function certificateFacts(socket: TLSSocket): readonly string[] {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return ['it shows no certificate'];
  const { issuer, subjectAltName, validTo } = certificate;
  return [`issued by ${oneLine(issuer)}, good until ${new Date(validTo).toISOString()}`, `made out for ${subjectAltName ?? 'no name'}`];
}

/** `sha256:1f0c...`: enough of a pin to compare it by eye with what `mcs show credentials` prints. */
function trusted(ca: string): string {
  const pins = caPins(ca);
  return pins.length === 0 ? "trusted: the system's authorities" : `trusted: ${pins.join(', ')}`;
}

/** Connects without trust, to see what is shown, and judges it as an agent would, by the pinned authorities. */
export function lookAtTls({ address, ca, host, port, timeoutMs }: TlsTarget): Promise<TlsFacts> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, rejectUnauthorized: false, ...(isIP(host) === 0 && { servername: host }), ...(ca !== '' && { ca }) });
    const settle = (facts: TlsFacts): void => {
      socket.destroy();
      resolve(facts);
    };
    socket.setTimeout(timeoutMs, () => settle({ seen: [`the handshake did not end within ${timeoutMs / 1000} s`], code: 'ETIMEDOUT' }));
    socket.once('error', (error) => settle({ seen: [`the handshake failed: ${errorMessage(error)}`], code: systemErrorCode(error) ?? 'HANDSHAKE' }));
    socket.once('secureConnect', () => {
      // the types have an Error here, Node sets its code
      const problem = String(socket.authorizationError);
      if (socket.authorized) settle({ seen: certificateFacts(socket) });
      else settle({ seen: [...certificateFacts(socket), trusted(ca)], code: tlsFaultOf(problem) ?? problem });
    });
  });
}
