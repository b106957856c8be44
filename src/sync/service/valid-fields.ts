import { familyOf } from '../../api/cidr.ts';
import { isDnsLabel } from '../../api/names.ts';
import type { IpFamily, Protocol, SessionAffinityConfig } from '../../api/types/index.ts';
import type { RecordPort, TrafficSettings } from '../record.ts';

/*
 * Fields as another member wrote them. The broker may be older or compromised, so nothing is taken
 * for granted that the local API server would refuse: one bad field must not block a whole service.
 */

const NAME_PART = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

function isDnsPrefix(text: string): boolean {
  return text.length <= 253 && text.split('.').every(isDnsLabel);
}

/** `name` or `dns.prefix/name`, as for label keys and appProtocol. */
export function isQualifiedName(text: unknown): text is string {
  if (typeof text !== 'string') return false;
  const [first = '', second, ...rest] = text.split('/');
  if (rest.length > 0) return false;
  return second === undefined ? NAME_PART.test(first) : isDnsPrefix(first) && NAME_PART.test(second);
}

export function isLabelValue(text: unknown): text is string {
  return typeof text === 'string' && (text === '' || NAME_PART.test(text));
}

export function isPortNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535;
}

function isProtocol(value: unknown): value is Protocol {
  return value === 'TCP' || value === 'UDP' || value === 'SCTP';
}

/** A port of another member's object; undefined where any part of it is malformed. */
export function readPort(raw: unknown): RecordPort | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { name: rawName, protocol: rawProtocol, port, appProtocol } = raw as Record<string, unknown>;
  const name = rawName ?? '';
  const protocol = rawProtocol ?? 'TCP';
  if (typeof name !== 'string' || (name !== '' && !isDnsLabel(name))) return undefined;
  if (!isProtocol(protocol) || !isPortNumber(port)) return undefined;
  if (appProtocol === undefined || appProtocol === null) return { name, protocol, port };
  return isQualifiedName(appProtocol) ? { name, protocol, port, appProtocol } : undefined;
}

/** Far more than Services have; merging takes time in proportion to the square of their number. */
const MAX_PORTS = 1_000;

/** What must differ between the ports of one object: of Services both, of slices the names. */
type PortIdentity = 'name' | 'name and number';

export interface ScreenedPorts {
  readonly ports: RecordPort[];
  /** How many were left out: malformed, like one before them, or too many. */
  readonly refused: number;
}

/** Those ports of another cluster's object that can be used. */
export function screenPorts(raw: unknown, unique: PortIdentity): ScreenedPorts {
  if (raw === undefined || raw === null) return { ports: [], refused: 0 };
  if (!Array.isArray(raw)) return { ports: [], refused: 1 };
  const taken = new Set<string>();
  const ports = raw.slice(0, MAX_PORTS).flatMap((each) => {
    const port = readPort(each);
    const keys = port === undefined ? [] : [port.name, ...(unique === 'name' ? [] : [`${port.protocol}/${port.port}`])];
    if (port === undefined || keys.some((key) => taken.has(key))) return [];
    keys.forEach((key) => taken.add(key));
    return [port];
  });
  return { ports, refused: raw.length - ports.length };
}

/** Ports of another member's object; undefined where one is malformed, two are alike (KEP-1645 C3) or there are far too many. */
export function readPorts(raw: unknown, unique: PortIdentity): RecordPort[] | undefined {
  const { ports, refused } = screenPorts(raw, unique);
  return refused === 0 ? ports : undefined;
}

/** Virtual addresses of another member's service: for people to read, one for each family. */
export function readAddresses(raw: unknown): string[] {
  const addresses: unknown[] = Array.isArray(raw) ? raw : [];
  return addresses.filter((address) => typeof address === 'string' && familyOf(address) !== undefined).slice(0, 2) as string[];
}

export function readFamilies(raw: unknown): IpFamily[] {
  const families: unknown[] = Array.isArray(raw) ? raw : [];
  return [...new Set(families.filter((family) => family === 'IPv4' || family === 'IPv6'))];
}

function readAffinityConfig(raw: unknown): SessionAffinityConfig | undefined {
  const seconds = (raw as SessionAffinityConfig | undefined)?.clientIP?.timeoutSeconds;
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 1 || seconds > 86_400) return undefined;
  return { clientIP: { timeoutSeconds: seconds } };
}

/** Traffic settings of another member's object, with the API's defaults in place of what is malformed. */
export function readTraffic(raw: Readonly<Record<string, unknown>>): TrafficSettings {
  const sessionAffinity = raw.sessionAffinity === 'ClientIP' ? 'ClientIP' : 'None';
  const config = sessionAffinity === 'ClientIP' ? readAffinityConfig(raw.sessionAffinityConfig) : undefined;
  return {
    sessionAffinity,
    internalTrafficPolicy: raw.internalTrafficPolicy === 'Local' ? 'Local' : 'Cluster',
    ...(config !== undefined && { sessionAffinityConfig: config }),
    ...(isQualifiedName(raw.trafficDistribution) && { trafficDistribution: raw.trafficDistribution }),
  };
}
