import type { ServerResponse } from 'node:http';
import { openApiDocument, openApiIndex } from '../openapi/documents.ts';
import { openApiVersion2 } from '../openapi/version-2.ts';
import { refusal } from '../status-error.ts';
import type { ReadStore } from '../store.ts';
import type { RouteContext } from './context.ts';
import type { Discovery } from './discovery.ts';
import { type HealthChecks, isHealthPath, sendHealth } from './health-paths.ts';
import { sendJson, sendNoSuchPage, sendText } from './respond.ts';

export interface PathServices {
  readonly store: ReadStore;
  readonly discovery: Discovery;
  /** Git version. */
  readonly version: string;
  /** Must hold for `/readyz`. Default: nothing. */
  readonly readiness?: HealthChecks;
  /** Paths to tell that others answer. */
  readonly otherPaths?: readonly string[];
}

const PATHS = ['/api', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'];

/** What `/version` tells; clients compare major and minor. */
function versionInfo(gitVersion: string): object {
  const [, major = '1', minor = '0'] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  return { major, minor, gitVersion, gitCommit: '', gitTreeState: 'clean', buildDate: '1970-01-01T00:00:00Z', goVersion: '', compiler: 'node', platform: 'linux/amd64' };
}

function sendOpenApi(path: string, accept: string | undefined, { store, version }: PathServices, response: ServerResponse): boolean {
  if (path === '/openapi/v2') {
    const { body, type } = openApiVersion2(accept, version);
    sendText(response, 200, body, type);
    return true;
  }
  if (path === '/openapi/v3') {
    sendJson(response, 200, openApiIndex(store.definitions()));
    return true;
  }
  if (!path.startsWith('/openapi/v3/')) return false;
  const document = openApiDocument(store.definitions(), path.slice('/openapi/v3/'.length), version);
  if (document !== undefined) sendJson(response, 200, document);
  return document !== undefined;
}

/** metav1.RootPaths: the answer to `/`. */
function rootPaths({ discovery, otherPaths = [] }: PathServices): object {
  return { paths: [...new Set([...PATHS, ...discovery.paths(), ...otherPaths])].sort() };
}

/** Answers what is no resource: paths, versions, health, discovery, OpenAPI. */
export function handlePath({ attributes: { path, verb }, request, response, url }: RouteContext, services: PathServices): void {
  if (verb !== 'get') throw refusal('MethodNotAllowed', 'the server does not allow this method on the requested resource');
  const trimmed = path.length > 1 ? path.replace(/\/+$/, '') : path;
  if (trimmed === '/') sendJson(response, 200, rootPaths(services));
  else if (trimmed === '/version') sendJson(response, 200, versionInfo(services.version));
  else if (isHealthPath(trimmed)) sendHealth(trimmed, url.searchParams.has('verbose'), services.readiness ?? {}, response);
  else if (!services.discovery.answer(trimmed, request.headers.accept, request.headers.host ?? '', response) && !sendOpenApi(trimmed, request.headers.accept, services, response)) {
    sendNoSuchPage(response);
  }
}
