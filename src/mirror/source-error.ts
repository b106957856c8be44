import { errorMessage } from '../base/errors.ts';
import { scrubText } from '../base/scrub-text.ts';
import { describeApiError } from '../kube/describe-api-error.ts';
import type { SourceSettings } from './settings.ts';

/** Why a source is not used at all. */
export class SourceRefusal extends Error {}

const MAX_MESSAGE = 300;

/** What is wrong with a source, for people: one line, without secrets. */
export function describeSourceError(error: unknown, { name, access }: SourceSettings, server: string): string {
  const text = error instanceof SourceRefusal ? error.message : errorMessage(describeApiError(error, { verb: 'read', object: `source "${name}"`, server }));
  const token = access.kind === 'url' ? access.token : undefined;
  const safe = token === undefined || token === '' ? text : text.replaceAll(token, '***'); // a server may send back what it was sent
  return scrubText(safe).replaceAll(/\s+/g, ' ').slice(0, MAX_MESSAGE);
}

/** The address of a server without the user and password that a URL may hold. */
export function withoutCredentials(server: string): string {
  if (!URL.canParse(server)) return server;
  const url = new URL(server);
  if (url.username === '' && url.password === '') return server;
  [url.username, url.password] = ['', ''];
  return url.href;
}
