import { readdirSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { apiVersionOf, objectKey, resources } from '../../../src/api/resources.ts';
import type { ConfigMap, KubeObject } from '../../../src/api/types/index.ts';
import type { DnsChange } from '../../../src/cluster-dns/dns-change.ts';
import type { DnsObjects } from '../../../src/cluster-dns/dns-objects.ts';
import type { OpenShiftDns } from '../../../src/cluster-dns/openshift-servers.ts';

const FOLDER = resolve(import.meta.dirname, '../../fixtures/cluster-dns');

export const fixtureNames = readdirSync(FOLDER).map((file) => basename(file, '.yaml'));

/** DNS of a distribution as it is before anybody wires it. */
export function readFixture(name: string): DnsObjects {
  const objects = parseAllDocuments(readFileSync(resolve(FOLDER, `${name}.yaml`), 'utf8')).map((document) => document.toJS() as KubeObject);
  const maps = objects.filter(({ kind }) => kind === 'ConfigMap').map((map) => [objectKey(map.metadata), map as ConfigMap] as const);
  return { configMaps: new Map(maps), openShift: objects.find(({ kind }) => kind === 'DNS') };
}

export function coreDns(Corefile: string, custom?: Record<string, string>): DnsObjects {
  const map = (name: string, data: Record<string, string>): [string, ConfigMap] => [
    `kube-system/${name}`,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'kube-system', uid: `uid-${name}`, resourceVersion: '1' }, data },
  ];
  return { configMaps: new Map([map('coredns', { Corefile }), ...(custom ? [map('coredns-custom', custom)] : [])]), openShift: undefined };
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const merged = new Map(Object.entries((target ?? {})));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/** An empty map of a ConfigMap or of metadata is no map to an API server. */
function withoutEmpty<T extends KubeObject>(object: T): T {
  const drop = (value: object, keys: readonly string[]): object => Object.fromEntries(Object.entries(value).filter(([key, inner]) => !keys.includes(key) || Object.keys(inner as object).length > 0));
  return { ...drop(object, ['data']), metadata: drop(object.metadata, ['annotations', 'labels']) } as T;
}

/** The objects after the changes. */
export function applyAll({ configMaps, openShift }: DnsObjects, changes: readonly DnsChange[]): DnsObjects {
  const maps = new Map(configMaps);
  let dns = openShift;
  for (const change of changes) {
    if (change.resource.kind === 'DNS') {
      if (change.verb === 'patch') dns = mergePatch(dns, change.body) as OpenShiftDns;
      continue;
    }
    const key = objectKey(change);
    if (change.verb === 'delete') maps.delete(key);
    else if (change.verb === 'patch') maps.set(key, withoutEmpty(mergePatch(maps.get(key), change.body) as ConfigMap));
    else maps.set(key, { apiVersion: apiVersionOf(resources.configMaps), kind: 'ConfigMap', ...(change.body as unknown as Omit<ConfigMap, 'apiVersion' | 'kind'>) });
  }
  return { configMaps: maps, openShift: dns };
}
