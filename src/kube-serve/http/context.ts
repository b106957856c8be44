import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import type { ObjectStore, WriteOptions } from '../store.ts';
import type { User } from '../user.ts';
import type { RequestAttributes } from './request-attributes.ts';
import type { Serialiser } from './serialise.ts';

export type Authorization = { readonly allowed: true } | { readonly allowed: false; readonly reason?: string };

export type Authorize = (user: User, attributes: RequestAttributes) => Authorization;

export interface RouteContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly user: User;
  readonly attributes: RequestAttributes;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  readBody(): Promise<unknown>;
}

/** What all handlers of a server share. */
export interface Services {
  readonly store: ObjectStore;
  readonly serialiser: Serialiser;
  readonly authorize: Authorize;
  readonly clock: Clock;
}

/** A request for a resource that the store serves. */
export interface ResourceContext extends RouteContext {
  readonly services: Services;
  readonly definition: ResourceDefinition;
  /** In the version that was asked for. */
  readonly resource: Resource<KubeObject>;
}

function defaultManager(request: IncomingMessage): string {
  const agent = request.headers['user-agent'] ?? '';
  return agent.split('/')[0] || 'unknown';
}

/** Who writes, in what name, and whether for real. */
export function writeOptions({ request, url, user }: RouteContext): WriteOptions & { readonly fieldManager: string } {
  const { searchParams } = url;
  return { user, dryRun: searchParams.getAll('dryRun').includes('All'), fieldManager: searchParams.get('fieldManager') || defaultManager(request) };
}
