import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import type { ObjectStore, ReadStore, WriteOptions } from '../store.ts';
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

/** What handlers of reads share. */
export interface ReadServices {
  readonly store: ReadStore;
  readonly serialiser: Serialiser;
  readonly clock: Clock;
}

/** What all handlers of a server share that can be written to. */
export interface Services extends ReadServices {
  readonly store: ObjectStore;
  readonly authorize: Authorize;
}

/** A request to read a resource that the store serves. */
export interface ReadContext extends RouteContext {
  readonly services: ReadServices;
  readonly definition: ResourceDefinition;
  /** In the version that was asked for. */
  readonly resource: Resource<KubeObject>;
}

/** A request for a resource that may change it. */
export interface ResourceContext extends ReadContext {
  readonly services: Services;
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
