import { errorMessage } from '../base/errors.ts';
import { scrubText } from '../base/scrub-text.ts';
import { ApiError } from '../kube/api-error.ts';
import { describeApiError } from '../kube/describe-api-error.ts';
import { McsError } from '../base/errors.ts';

const MAX_MESSAGE = 300;

/** What is wrong, in one line without secrets. */
export function describeTrouble(error: unknown, verb: string, object: string, server: string): string {
  const text = errorMessage(describeApiError(error, { verb, object, server }));
  return scrubText(text).replaceAll(/\s+/g, ' ').slice(0, MAX_MESSAGE);
}

/** Whether another kubeconfig may help: the credential, or what is trusted, is not right (any more). */
export function concernsCredential(error: unknown): boolean {
  if (error instanceof ApiError) return error.code === 401 || error.code === 403;
  return error instanceof McsError && (error.code === 'MCS_UNAUTHORIZED' || error.details.layer === 'tls');
}
