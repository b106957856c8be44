import type { IncomingMessage } from 'node:http';
import type { FaultSubject } from '../faults.ts';
import type { User } from '../user.ts';
import type { RequestAttributes } from './request-attributes.ts';

/** A request as faults and counts see it. */
export function faultSubject({ headers }: IncomingMessage, { namespace, resource, subresource, verb }: RequestAttributes, user: User): FaultSubject {
  return {
    verb,
    resource: subresource === '' ? resource : `${resource}/${subresource}`,
    namespace,
    user: user.name,
    userAgent: headers['user-agent'] ?? '',
  };
}
