const DNS_ERRORS: Readonly<Record<string, string>> = { ENOTFOUND: 'no such name', ENODATA: 'no address', ESERVFAIL: 'server failure', EREFUSED: 'refused', ETIMEOUT: 'no answer in time', ECONNREFUSED: 'no server there' };

/** What became of a question to a name server. */
export const describeDnsError = (error: string): string => `${DNS_ERRORS[error] ?? error} (${error})`;

/** What became of a TCP connection: a refusal is an answer, of the host itself or of a filter that says so. */
export function describeCallError(error: string): string {
  if (error === 'ECONNREFUSED') return 'refused: nothing listens there, or a filter rejects it (ECONNREFUSED)';
  if (error === 'ETIMEDOUT') return 'no answer: lost on the way, or dropped by a filter (ETIMEDOUT)';
  return error;
}
