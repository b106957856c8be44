import { isIP } from 'node:net';
import type { Endpoints, EndpointSlice, ObjectMeta, Service } from '../../src/api/types/index.ts';
import type { Draft } from '../../src/kube/client.ts';

/*
 * What an API server checks (k8s.io/kubernetes/pkg/apis/core/validation and discovery/validation), written
 * down apart from the code under test.
 */

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SERVICE = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const PORT_NAME = /^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/;
const FORBIDDEN = /^(0\.0\.0\.0|127\.|169\.254\.|224\.0\.0\.|::$|::1$|fe80:|ff02:)/i;

type Fault = string | false | undefined;

function faultsOf(...faults: readonly Fault[]): string[] {
  return faults.filter((fault) => typeof fault === 'string');
}

function isShort(text: unknown, pattern: RegExp, length = 63): boolean {
  return typeof text === 'string' && text.length <= length && pattern.test(text);
}

function metadataFaults({ namespace, labels = {}, annotations = {} }: ObjectMeta): string[] {
  const size = Object.entries(annotations).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  return faultsOf(
    !isShort(namespace, LABEL) && 'namespace',
    ...Object.entries(labels).map(([key, value]) => (!isShort(key, QUALIFIED, 317) || typeof value !== 'string' || !VALUE.test(value)) && `label ${key}`),
    ...Object.entries(annotations).map(([key, value]) => (!isShort(key.toLowerCase(), QUALIFIED, 317) || typeof value !== 'string') && `annotation ${key}`),
    size > 256 * 1024 && 'annotations too long',
  );
}

interface Port {
  readonly name?: string;
  readonly protocol?: string;
  readonly port?: number;
  readonly appProtocol?: string;
}

function portFaults(ports: readonly Port[], isService: boolean): string[] {
  const names = ports.map(({ name = '' }) => name);
  return faultsOf(
    new Set(names).size !== ports.length && 'port names alike',
    isService && ports.length > 1 && names.includes('') && 'port without name',
    isService && new Set(ports.map(({ protocol, port }) => `${protocol ?? ''} ${port ?? ''}`)).size !== ports.length && 'ports alike',
    ...ports.flatMap(({ name = '', protocol = '', port = 0, appProtocol }) => [
      name !== '' && !isShort(name, LABEL) && `port name ${name}`,
      !['TCP', 'UDP', 'SCTP'].includes(protocol) && `protocol ${protocol}`,
      !(Number.isInteger(port) && port >= 1 && port <= 65_535) && `port ${port}`,
      appProtocol !== undefined && !isShort(appProtocol, QUALIFIED, 317) && 'appProtocol',
    ]),
  );
}

function isPortOrName(value: unknown): boolean {
  return typeof value === 'number' ? Number.isInteger(value) && value >= 1 && value <= 65_535 : isShort(value, PORT_NAME, 15);
}

/** Why an API server would refuse a Service; empty where it takes it. */
export function serviceFaults({ metadata, spec }: Draft<Service>): string[] {
  const { type, clusterIP, externalName, ports = [], sessionAffinity = '', sessionAffinityConfig, ipFamilies = [] } = spec;
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 1;
  return [
    ...metadataFaults(metadata),
    ...portFaults(ports, true),
    ...faultsOf(
      !isShort(metadata.name, SERVICE) && 'name',
      type !== 'ClusterIP' && type !== 'ExternalName' && 'type',
      type === 'ExternalName' && !isShort(externalName?.replace(/\.$/, ''), SUBDOMAIN, 253) && 'externalName',
      type === 'ExternalName' && clusterIP !== undefined && 'clusterIP',
      type === 'ClusterIP' && clusterIP !== 'None' && ports.length === 0 && 'no ports',
      !['None', 'ClientIP'].includes(sessionAffinity) && 'sessionAffinity',
      !(Number.isInteger(seconds) && seconds > 0 && seconds <= 86_400) && 'timeoutSeconds',
      new Set(ipFamilies).size !== ipFamilies.length && 'families alike',
      ...ipFamilies.map((family) => !['IPv4', 'IPv6'].includes(family) && 'family'),
      ...ports.map(({ targetPort }) => !isPortOrName(targetPort) && 'targetPort'),
    ),
  ];
}

function addressFault(address: unknown, version: number): Fault {
  const isAllowed = typeof address === 'string' && isIP(address) === version && !FORBIDDEN.test(address);
  return !isAllowed && `address ${String(address).slice(0, 40)}`;
}

/** Why an API server would refuse an EndpointSlice. */
export function sliceFaults({ metadata, addressType, endpoints, ports }: Draft<EndpointSlice>): string[] {
  return [
    ...metadataFaults(metadata),
    ...portFaults(ports ?? [], false),
    ...faultsOf(
      !isShort(metadata.name, SUBDOMAIN, 253) && 'name',
      (endpoints ?? []).length > 1000 && 'too many endpoints',
      ...(endpoints ?? []).flatMap(({ addresses, hostname, conditions = {} }) => [
        (addresses.length === 0 || addresses.length > 100) && 'number of addresses',
        ...addresses.map((address) => addressFault(address, addressType === 'IPv6' ? 6 : 4)),
        hostname !== undefined && !isShort(hostname, LABEL) && 'hostname',
        Object.values(conditions).some((value) => typeof value !== 'boolean') && 'conditions',
      ]),
    ),
  ];
}

/** Why an API server would refuse Endpoints. */
export function endpointsFaults({ metadata, subsets }: Draft<Endpoints>): string[] {
  return [
    ...metadataFaults(metadata),
    ...(subsets ?? []).flatMap(({ addresses, notReadyAddresses, ports }) => {
      const all = [...(addresses ?? []), ...(notReadyAddresses ?? [])];
      return [
        ...portFaults(ports ?? [], false),
        ...faultsOf(all.length === 0 && 'no addresses', ...all.map(({ ip }) => addressFault(ip, isIP(ip) || 4)), ...all.map(({ hostname }) => hostname !== undefined && !isShort(hostname, LABEL) && 'hostname')),
      ];
    }),
  ];
}
