import { McsError, systemErrorCode } from '../../base/errors.ts';
import { type AddressPlan, LAST_OCTET, FIRST_OCTET, octetCandidates, planAddresses } from './address-plan.ts';

/**
 * Finds a 127.X.0.0/16 that no other sandbox has: the API server's own port is the lock, so it needs
 * no file and ends with its process. `listen` is called with one plan after the other until it
 * succeeds.
 */
export async function listenOnFreeOctet<T>(nodeNames: readonly string[], firstOctet: number | undefined, listen: (plan: AddressPlan) => Promise<T>): Promise<{ readonly plan: AddressPlan; readonly listener: T }> {
  for (const octet of octetCandidates(firstOctet)) {
    const plan = planAddresses(octet, nodeNames);
    try {
      return { plan, listener: await listen(plan) };
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === 'EADDRNOTAVAIL') throw missingLoopback(plan, error);
      if (code !== 'EADDRINUSE') throw error;
    }
  }
  throw new McsError('MCS_SANDBOX_START', `Cannot start a sandbox cluster: port 6443 is taken on every address from 127.${FIRST_OCTET}.0.1 to 127.${LAST_OCTET}.0.1`, {
    hints: ['mcs sandbox status', 'mcs sandbox down'],
  });
}

/** macOS and the BSDs configure 127.0.0.1 alone, and know no aliases for whole ranges. */
function missingLoopback({ apiServer, octet }: AddressPlan, cause: unknown): McsError {
  const net = `127.${octet}`;
  const aliases = `for a in ${net}.0.1 ${net}.0.2 $(seq -f ${net}.64.%g 2 40) $(seq -f ${net}.128.%g 1 80); do sudo ifconfig lo0 alias $a; done`;
  return new McsError('MCS_SANDBOX_LOOPBACK', `Cannot listen on ${apiServer.address}: this system has only 127.0.0.1 of the loopback range, and the sandbox needs an address for each API server, node, pod and Service`, {
    cause,
    hints: [`${aliases} (for each cluster: 127.${octet}, 127.${octet + 1}, ...)`, 'run it in a Linux container or virtual machine, which has all of 127.0.0.0/8'],
  });
}
