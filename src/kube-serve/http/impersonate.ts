import type { IncomingHttpHeaders } from 'node:http';
import { refusal } from '../status-error.ts';
import type { User } from '../user.ts';
import { validateAllowed } from './authorize-request.ts';
import type { Services } from './context.ts';
import type { RequestAttributes } from './request-attributes.ts';

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

function listOf(header: string | string[] | undefined): readonly string[] {
  // Node joins repeated headers that it does not know with a comma
  return (Array.isArray(header) ? header : (header ?? '').split(',')).map((value) => value.trim()).filter((value) => value !== '');
}

function question(resource: string, name: string, namespace = ''): RequestAttributes {
  return { verb: 'impersonate', path: '', resourceRequest: true, group: '', version: 'v1', resource, subresource: '', namespace, name };
}

function groupsOf(name: string, given: readonly string[]): readonly string[] {
  const [, namespace] = SERVICE_ACCOUNT.exec(name) ?? [];
  const accountGroups = namespace === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  const groups = given.length === 0 ? accountGroups : given;
  return groups.includes('system:authenticated') || name === 'system:anonymous' ? groups : [...groups, 'system:authenticated'];
}

/** Who a request speaks for: the user, or whom they impersonate if they may. Throws 403, 400. */
export function impersonatedUser(headers: IncomingHttpHeaders, user: User, services: Pick<Services, 'authorize'>): User {
  const name = headers['impersonate-user'];
  const groups = listOf(headers['impersonate-group']);
  const uid = headers['impersonate-uid'];
  if (name === undefined && groups.length === 0 && uid === undefined) return user;
  if (typeof name !== 'string' || name === '') throw refusal('BadRequest', 'requested impersonation without impersonating a user');
  const [, namespace, account] = SERVICE_ACCOUNT.exec(name) ?? [];
  const asking = { services, user };
  if (namespace !== undefined && account !== undefined) validateAllowed(asking, question('serviceaccounts', account, namespace));
  else validateAllowed(asking, question('users', name));
  for (const group of groups) validateAllowed(asking, question('groups', group));
  if (typeof uid === 'string') validateAllowed(asking, { ...question('uids', uid), group: 'authentication.k8s.io' });
  return { name, groups: groupsOf(name, groups), ...(typeof uid === 'string' && { uid }) };
}
